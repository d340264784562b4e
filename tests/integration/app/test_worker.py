"""The worker looks when it is told or when a moment has come, and survives what fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from showfloor.app.worker import Runner, outbox_job
from showfloor.kit import clock, ids, jobs, notify, outbox
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import Busy
from showfloor.kit.jobs import Job
from tests.integration.kit.test_db import Happened
from tests.waiting import bounded, until

NEVER = 3600.0


@asynccontextmanager
async def running(database: Database, *some: Job, url: str = "") -> AsyncIterator[Runner]:
    runner = Runner(database, some)
    tasks = [asyncio.create_task(runner.run())]
    if url:
        tasks.append(asyncio.create_task(notify.listen(url, notify.JOBS, runner.wake)))
        tasks.append(asyncio.create_task(notify.Waker(url).run()))
    try:
        async with bounded():
            yield runner
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def counted(
    answer: Callable[[int], Awaitable[datetime | None]], runs: asyncio.Queue[int]
) -> Callable[[Database], Awaitable[datetime | None]]:
    """A job that says in `runs` that it ran, before it answers."""
    count = 0

    async def run(_database: Database) -> datetime | None:
        nonlocal count
        count += 1
        runs.put_nowait(count)
        return await answer(count)

    return run


async def nothing_due(_count: int) -> None:
    return None


async def test_job_runs_again_at_the_moment_that_it_named(database: Database) -> None:
    async def soon_and_then_never(count: int) -> datetime | None:
        return clock.now() + timedelta(milliseconds=300) if count == 1 else None

    runs: asyncio.Queue[int] = asyncio.Queue()
    async with running(database, Job("j", NEVER, counted(soon_and_then_never, runs))):
        assert [await runs.get(), await runs.get()] == [1, 2]


async def test_event_is_handed_out_when_its_commit_is_told(
    database: Database, database_url: str
) -> None:
    """Nothing else wakes the job: its poll is an hour away."""
    seen: asyncio.Queue[Happened] = asyncio.Queue()

    async def note(session: Session, event: Happened) -> None:
        seen.put_nowait(event)

    dispatcher = outbox.Dispatcher(database)
    dispatcher.subscribe(Happened, note)
    drained = outbox_job(dispatcher).run
    async with running(
        database, Job("outbox", NEVER, drained, wakes=outbox.OUTBOX), url=database_url
    ):
        # A hint before somebody listens is lost, so events are written until one arrives.
        happened = Happened(ids.new())

        async def is_seen() -> bool:
            async with database.session() as session:
                await outbox.publish(session, happened)
            return not seen.empty()

        await until(is_seen)

        assert await seen.get() == happened


async def test_other_names_wake_nobody(database: Database) -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()
    other: asyncio.Queue[int] = asyncio.Queue()
    async with running(
        database,
        Job("a", NEVER, counted(nothing_due, runs), wakes="a"),
        Job("b", NEVER, counted(nothing_due, other), wakes="b"),
    ) as runner:
        assert [await runs.get(), await other.get()] == [1, 1]
        for expected in (2, 3):
            runner.wake("a,c")
            assert await runs.get() == expected
        runner.wake("")
        assert [await runs.get(), await other.get()] == [4, 2]


async def test_job_that_fails_is_noted_until_it_works_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.01)
    works = asyncio.Event()

    async def run(count: int) -> None:
        if count == 3:
            await works.wait()
        if count < 4:
            raise ZeroDivisionError("Lina, lina@example.com")

    runs: asyncio.Queue[int] = asyncio.Queue()
    async with running(database, Job("sums", NEVER, counted(run, runs))):
        while await runs.get() < 3:
            pass
        async with database.session() as session:
            (found,) = await jobs.list_failing(session)
        works.set()
        while await runs.get() < 4:
            pass

        async def works_again() -> bool:
            async with database.session() as session:
                return not await jobs.list_failing(session)

        await until(works_again)

    assert (found.name, found.attempts) == ("sums", 2)
    assert (
        found.error.startswith("ZeroDivisionError at app/worker.py:") and "lina" not in found.error
    )


async def test_database_that_is_away_is_no_fault_of_a_job(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.01)

    async def run(count: int) -> None:
        if count < 3:
            raise Busy

    runs: asyncio.Queue[int] = asyncio.Queue()
    async with running(database, Job("j", NEVER, counted(run, runs))):
        while await runs.get() < 3:
            pass

    async with database.session() as session:
        assert await jobs.list_failing(session) == []


def test_pauses_grow_and_stay_below_a_minute() -> None:
    assert [jobs.pause_after(attempts) for attempts in (1, 2, 3, 7, 500)] == [1, 2, 4, 60, 60]


async def test_event_that_keeps_failing_is_parked_and_can_be_retried(database: Database) -> None:
    broken = True
    attempts: list[Happened] = []

    async def fail(session: Session, event: Happened) -> None:
        attempts.append(event)
        if broken:
            raise RuntimeError("lina@example.com")

    dispatcher = outbox.Dispatcher(database)
    dispatcher.subscribe(Happened, fail)
    async with database.session() as session:
        await outbox.publish(session, Happened(ids.new()))

    moment = clock.now()
    for _ in range(outbox.MOST_ATTEMPTS + 3):
        with clock.use(lambda moment=moment: moment):
            await dispatcher.drain()
            due = await dispatcher.next_due()
        moment = (due or moment) + timedelta(seconds=1)
    assert len(attempts) == outbox.MOST_ATTEMPTS
    async with database.session() as session:
        (parked,) = await outbox.list_parked(session)
        stored = (await session.execute(text("select outbox_event::text from outbox_event"))).all()
    assert parked.attempts == outbox.MOST_ATTEMPTS and parked.error.startswith(
        "RuntimeError at kit/outbox.py:"
    )
    assert "lina" not in str(stored)

    broken = False
    async with database.session() as session:
        assert await outbox.retry_parked(session) == 1
    assert await dispatcher.drain() == 1


async def test_event_of_an_unknown_kind_waits_for_a_newer_program(database: Database) -> None:
    async with database.session() as session:
        await session.execute(
            text("insert into outbox_event (kind, payload, at) values ('new.v2', '{}', now())")
        )

    assert await outbox.Dispatcher(database).drain() == 0

    async with database.session() as session:
        done = await session.execute(
            text("select attempts from outbox_event where done_at is null")
        )
        assert done.scalar_one() == 1
