"""A cache for a few seconds that computes each value once, however many callers ask for it at the
same time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from showfloor.kit import clock

T = TypeVar("T")


@dataclass(slots=True)
class _Entry(Generic[T]):
    lock: asyncio.Lock
    value: T | None = None
    known: bool = False
    until: float = 0.0


class Recent(Generic[T]):
    """Values that are kept for `seconds`, `most` of them. Whoever asks while one is being worked
    out waits for it.
    """

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()

    async def get(self, key: Hashable, work_out: Callable[[], Awaitable[T]]) -> T:
        """What `work_out` raises is raised for each who asks, and not kept."""
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(asyncio.Lock())
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)
        async with entry.lock:
            if not entry.known or clock.monotonic() >= entry.until:
                entry.value = await work_out()
                entry.known, entry.until = True, clock.monotonic() + self._seconds
            assert entry.value is not None
            return entry.value
