"""Shows' sound is measured when web asks, which it does while a host looks at the pre-flight; of
shows that nobody asks about nothing is decoded.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from showfloor.kit.contract import SoundMeasure

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="loudness")
"""One for all shows: measuring may take a core's hundredth, never two cores."""
_MOST_KEPT = 64


def _measure(media: bytes) -> SoundMeasure:
    from showfloor.streaming.sound.loudness import (  # noqa: PLC0415 - a quarter of a second and 40 MB, for those who need it
        measure,
    )

    return measure(media)


class SoundMeter:
    """The same sound is measured once, however many ask."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, asyncio.Future[SoundMeasure]]] = {}

    def measure(self, show_id: str, newest: int, media: bytes) -> asyncio.Future[SoundMeasure]:
        """`newest` is the number of the last segment in `media`."""
        kept = self._found.pop(show_id, None)
        if kept is None or kept[0] != newest:
            loop = asyncio.get_running_loop()
            kept = newest, loop.run_in_executor(_THREAD, _measure, media)
        self._found[show_id] = kept
        while len(self._found) > _MOST_KEPT:
            del self._found[next(iter(self._found))]
        return kept[1]
