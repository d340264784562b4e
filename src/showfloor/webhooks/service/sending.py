"""Deliveries leave in lanes: a lane sends to one endpoint, one delivery after the other."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import datetime
from itertools import count
from uuid import UUID

import structlog

from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.notify import wake
from showfloor.webhooks import queries, rules
from showfloor.webhooks.adapters.sender import Sender
from showfloor.webhooks.types import Attempt, Outcome

log = structlog.get_logger()
WEBHOOKS = "webhooks"
"""The name under which the worker is woken."""
MOST_LANES, LANES_EACH = 64, 4
"""In all, and to one endpoint. One that fails gets a single lane until it takes something again: so
many endpoints would have to be slow at once before another one waits. Then they take turns.
"""


class Lanes:
    """All deliveries of one worker. A lane ends when nothing is due for its endpoint."""

    def __init__(self, sender: Sender, *, most: int = MOST_LANES, each: int = LANES_EACH) -> None:
        self._sender = sender
        self._most = most
        self._each = each
        self._open: dict[asyncio.Task[None], UUID] = {}
        self._crowded = False
        """Whether an endpoint waits that has no lane: each lane ends with what it sends now."""
        self._turns: dict[UUID, int] = {}
        """By endpoint, when the last lane was opened for it."""
        self._turn = count(1)

    async def fill(self, database: Database) -> datetime | None:
        """Open lanes for what is due, without waiting for what they send; when there will be more.

        Whoever is claimed and then killed is sent again when the claim has run out.
        """
        async with database.session() as session:
            now = clock.now()
            due = await queries.due_endpoints(session, now)
            later = await queries.next_due(session, now)
        lanes = {each: 1 if failed else min(self._each, many) for each, many, failed in due}
        for endpoint_id in self._by_turns(lanes):
            if len(self._open) >= self._most:
                self._crowded = endpoint_id not in self._open.values()
                return now
            self._start(database, endpoint_id)
        self._crowded = False
        return later

    def _by_turns(self, lanes: dict[UUID, int]) -> list[UUID]:
        """Which endpoints get one more lane: a first one before another's second one, and who had
        none for the longest time before all others.
        """
        self._turns = {each: turn for each, turn in self._turns.items() if each in lanes}
        busy = Counter(self._open.values())
        waiting = sorted(lanes, key=lambda each: self._turns.get(each, 0))
        rounds = range(self._each)
        return [each for turn in rounds for each in waiting if busy[each] <= turn < lanes[each]]

    def _start(self, database: Database, endpoint_id: UUID) -> None:
        self._turns[endpoint_id] = next(self._turn)
        task = asyncio.create_task(self._run(database, endpoint_id))
        self._open[task] = endpoint_id
        task.add_done_callback(self._open.pop)

    async def idle(self) -> None:
        """Until every lane has ended."""
        while self._open:
            await asyncio.wait(self._open)

    async def close(self) -> None:
        """Give up what is under way; it goes out again later."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _run(self, database: Database, endpoint_id: UUID) -> None:
        try:
            while (attempt := await _claim(database, endpoint_id)) is not None:
                taken = await _note(database, attempt, await self._sender.send(attempt))
                if not taken or self._crowded:
                    return
        except Exception as error:  # one lane takes no other with it; what it claimed comes again
            log.warning("webhook lane failed", endpoint=str(endpoint_id), exc_info=error)


async def _claim(database: Database, endpoint_id: UUID) -> Attempt | None:
    async with database.session() as session:
        now = clock.now()
        return await queries.claim(session, endpoint_id, now, now + rules.CLAIMED_FOR)


async def _note(database: Database, attempt: Attempt, outcome: Outcome) -> bool:
    """Whether the lane goes on: after a failure the endpoint is looked at anew."""
    async with database.session() as session:
        if outcome.delivered:
            await queries.note_delivered(session, attempt, outcome, clock.now())
            return True
        await _note_failure(session, attempt, outcome, clock.now())
        wake(session, WEBHOOKS)
        return False


async def _note_failure(
    session: Session, attempt: Attempt, outcome: Outcome, now: datetime
) -> None:
    if (known := await queries.lock_failures(session, attempt.endpoint_id)) is None:
        return
    failures, since = known[0] + 1, known[1] or now
    verdict = rules.judge(
        outcome,
        attempts=attempt.number,
        since=attempt.since,
        failures=failures,
        failing_since=since,
        now=now,
        chance=random.random(),  # noqa: S311 - spreads attempts, guards nothing
    )
    await queries.note_failed(session, attempt, outcome, verdict, now)
    await queries.note_refused(session, attempt.endpoint_id, failures, since, verdict)
