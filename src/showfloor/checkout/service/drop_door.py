"""Who asks for pieces of a drop stands in line before the database, not in it.

Every request of a drop waits for one row (decision 0023). Whoever waits there holds a connection,
so a rush would take all of a process's connections from the buyers of other goods. Here a few go in
and the others wait without one, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from showfloor.kit import clock
from showfloor.kit.errors import Busy, RateLimited
from showfloor.kit.pace import Limit, Pace
from showfloor.kit.turns import Turns, Urgency

AT_ONCE = 2
"""Of one drop in one process: one works, and the next is at the row when it is done."""
PATIENCE = 10.0
"""Seconds in line, after which the buyer is asked to come again."""
ATTEMPTS = Limit(120, 60.0)
"""Of one client network in one show, also those that are refused. A thumb makes one or two, and a
network gets pieces for a few people alone (`offers/rules/policy.py`).
"""


class DropDoor:
    """The lines of one process. A drop has one for as long as somebody is in it."""

    def __init__(self, *, at_once: int = AT_ONCE, attempts: Limit = ATTEMPTS) -> None:
        self._at_once = at_once
        self._attempts = attempts
        self._pace = Pace()
        self._lines: dict[UUID, tuple[Turns, int]] = {}

    def check_pace(self, show_id: UUID, client: bytes | None) -> None:
        """Counts an attempt of a client network; None is not limited. It counts by the show, which
        was found before: one that is made up counts nothing, and a show has one drop at a time.
        Raises RateLimited.
        """
        if client is None:
            return
        seconds = self._pace.wait((show_id, client), self._attempts, clock.monotonic())
        if seconds:
            refused = RateLimited()
            refused.retry_after = seconds
            raise refused

    def waiting(self, drop_id: UUID) -> int:
        """How many stand in the line of a drop or are served."""
        return self._lines[drop_id][1] if drop_id in self._lines else 0

    @asynccontextmanager
    async def turn(self, drop_id: UUID) -> AsyncIterator[None]:
        """Inside it is the caller's turn at the drop. Raises Busy."""
        turns, count = self._lines.get(drop_id) or (Turns(self._at_once), 0)
        self._lines[drop_id] = turns, count + 1
        try:
            try:
                await turns.take(Urgency.USUAL, within=PATIENCE)
            except TimeoutError:
                raise Busy from None
            try:
                yield
            finally:
                turns.give()
        finally:
            self._leave(drop_id)

    def _leave(self, drop_id: UUID) -> None:
        turns, count = self._lines[drop_id]
        if count > 1:
            self._lines[drop_id] = turns, count - 1
        else:
            del self._lines[drop_id]
