"""Hints after a commit: sent once, heard by who listens, never before and never without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from showfloor.kit import clock, jobs, notify
from showfloor.kit.db import Database
from tests.waiting import bounded, until


class Ear:
    """Listens to the worker's channel as long as the test lives."""

    def __init__(self, url: str) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self._task = asyncio.create_task(notify.listen(url, notify.JOBS, self.heard.put_nowait))

    async def next(self) -> str:
        async with bounded():
            return await self.heard.get()

    def close(self) -> None:
        self._task.cancel()


@pytest.fixture
async def ear(database_url: str) -> AsyncIterator[Ear]:
    made = Ear(database_url)
    assert await made.next() == "", "what may have been missed before it listened"
    yield made
    made.close()


@pytest.fixture
async def waker(database_url: str) -> AsyncIterator[None]:
    running = asyncio.create_task(notify.Waker(database_url).run())
    await asyncio.sleep(0)
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_commit_wakes_whom_it_left_something_to_do(
    database: Database, ear: Ear, waker: None
) -> None:
    async with database.session() as session:
        notify.wake(session, "payments")
        notify.wake(session, "events")
        notify.wake(session, "payments")

    assert await ear.next() == "events,payments"


async def test_commit_outside_the_object_mapper_wakes_too(
    database: Database, ear: Ear, waker: None
) -> None:
    async with database.transaction() as connection:
        notify.wake(connection, "payments")

    assert await ear.next() == "payments"


async def test_transaction_that_failed_wakes_nobody(
    database: Database, ear: Ear, waker: None
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.session() as session:
            notify.wake(session, "lost")
            raise ZeroDivisionError
    async with database.session() as session:
        notify.wake(session, "afterwards")

    assert await ear.next() == "afterwards"


async def test_listener_that_lost_its_connection_looks_again(
    database: Database, database_url: str, ear: Ear
) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %' "
            "and datname = current_database()"
        )

        assert await ear.next() == ""
        other.execute("select pg_notify(%s, 'again')", (notify.JOBS,))

    assert await ear.next() == "again"


async def test_hint_that_cannot_be_sent_is_said_to_be_lost() -> None:
    with pytest.raises(notify.NotifierLost):
        async with notify.notifier("postgresql:///x?host=/nowhere", notify.JOBS):
            raise AssertionError("connected")


async def test_failing_job_is_remembered_until_it_works(database: Database) -> None:
    for attempt in (1, 2):
        await jobs.note_failure(database, "payments", attempt, KeyError("anna@example.com"))
    await jobs.note_failure(database, "events", 1, ZeroDivisionError())

    async with database.session() as session:
        failing = await jobs.list_failing(session)
    assert [(one.name, one.attempts, one.error) for one in failing] == [
        ("events", 1, "ZeroDivisionError"),
        ("payments", 2, "KeyError"),
    ]
    assert all(one.failed_at <= clock.now() for one in failing)

    await jobs.note_success(database, "payments")
    await jobs.note_success(database, "never failed")

    async def left() -> bool:
        async with database.session() as session:
            return [one.name for one in await jobs.list_failing(session)] == ["events"]

    await until(left)
