"""The way of one publisher's Opus through a thread: order is kept, the event loop never waits."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from showfloor.streaming.sound.types import Stamped

if TYPE_CHECKING:
    from showfloor.streaming.sound.opus import OpusToAac

CONFIG = bytes.fromhex("119056e500")
"""The AudioSpecificConfig of what comes out, always: known before PyAV is loaded, because a new
publisher's tracks are fixed within a second.
"""
log = logging.getLogger("showfloor.streaming.sound")

_AT_ONCE = 2
"""Packets of 20 ms: waking a thread costs as much as converting one."""
_MOST_WAITING = 250
"""Five seconds; older sound is of no use to a live show."""
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="sound")


async def prepare() -> None:
    """Load what converts, so that a publisher's first sound does not wait for it."""
    await asyncio.get_running_loop().run_in_executor(_THREADS, _create)


def _create() -> OpusToAac:
    from showfloor.streaming.sound.opus import (  # noqa: PLC0415 - a quarter of a second and 40 MB, for those who need it
        OpusToAac,
    )

    return OpusToAac()


class OpusLane:
    """`converted` is called with microseconds and raw AAC, in the event loop."""

    def __init__(self, converted: Callable[[int, bytes], None]) -> None:
        self._converted = converted
        self._converter: OpusToAac | None = None
        self._waiting: deque[Stamped] = deque(maxlen=_MOST_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def add(self, stamp: int, payload: bytes) -> None:
        """One Opus packet and its microseconds."""
        if self._closed:
            return
        self._waiting.append(Stamped(stamp, payload))
        if self._task is None and len(self._waiting) >= _AT_ONCE:
            self._task = asyncio.get_running_loop().create_task(self._work())

    @property
    def is_idle(self) -> bool:
        """Whether no thread works for it."""
        return self._task is None

    def close(self) -> None:
        """Nothing is handed on any more."""
        self._closed = True
        self._waiting.clear()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while len(self._waiting) >= _AT_ONCE:
                batch = list(self._waiting)
                self._waiting.clear()
                sound = await loop.run_in_executor(_THREADS, self._convert, batch)
                if self._closed:
                    return
                for packet in sound:
                    self._converted(packet.stamp, packet.payload)
        except Exception:
            # The picture goes on without sound; the studio says that none arrives.
            log.exception("opus cannot be converted")
            self.close()
        finally:
            self._task = None

    def _convert(self, batch: list[Stamped]) -> list[Stamped]:
        """In a thread."""
        if self._converter is None:
            self._converter = _create()
        return self._converter.convert(batch)
