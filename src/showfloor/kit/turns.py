"""A priority queue for what only a limited number of tasks may have at a time."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count


class Urgency(IntEnum):
    """Smaller comes first: a purchase that is nearly done holds up others, so it goes before one
    that begins.
    """

    FINISH = 0
    GO_ON = 1
    USUAL = 2


class Turns:
    """`at_once` may have a turn; others wait, the most urgent first and then in their order."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._numbers = count()
        self._waiting: list[tuple[Urgency, int, asyncio.Future[None]]] = []

    async def take(self, urgency: Urgency, *, within: float) -> None:
        """Raises TimeoutError after `within` seconds."""
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (urgency, next(self._numbers), turn))
        try:
            async with asyncio.timeout(within):
                await turn
        except BaseException:
            # The turn may have come in the same moment.
            if turn.done() and not turn.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """A turn is over."""
        while self._waiting:
            turn = heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
