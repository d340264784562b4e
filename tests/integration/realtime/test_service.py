"""Rooms on a real PostgreSQL: numbers without gaps, snapshots that agree with the log, hints after
the commit.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from showfloor.kit import clock, ids
from showfloor.kit.contract import ROOMS_CHANNEL
from showfloor.kit.db import Database
from showfloor.kit.errors import NotFound
from showfloor.realtime import queries, service
from showfloor.realtime.hints import Hints
from showfloor.realtime.rules import fold
from showfloor.realtime.types import RoomEvent, Snapshot
from tests.waiting import bounded, until

# Waits until the connection is gone.
_KILL_NOTIFIER = text(
    "select pg_terminate_backend(pid, 60000) from pg_stat_activity where query like "
    "'%pg_notify%' and pid <> pg_backend_pid() and datname = current_database()"
)


async def _open(database: Database) -> UUID:
    room = ids.new()
    async with database.session() as session:
        await service.open_room(session, room)
    return room


async def _set(database: Database, room: UUID, key: str, value: object) -> int | None:
    async with database.session() as session:
        return await service.set_entry(session, room, key, value)


async def _snapshot(database: Database, room: UUID) -> Snapshot:
    async with database.session() as session:
        return await service.snapshot(session, room)


async def _events(database: Database, room: UUID, seq: int) -> list[RoomEvent] | None:
    async with database.session() as session:
        return await service.events_after(session, room, seq)


async def test_open_room_twice_keeps_what_is_there(database: Database) -> None:
    room = await _open(database)
    await _set(database, room, "show", {"state": "live"})

    async with database.session() as session:
        await service.open_room(session, room)

    assert await _snapshot(database, room) == Snapshot(1, {"show": {"state": "live"}})


async def test_entry_set_to_its_value_writes_nothing(database: Database) -> None:
    room = await _open(database)

    assert await _set(database, room, "show", {"state": "live", "n": 1}) == 1
    assert await _set(database, room, "show", {"n": 1, "state": "live"}) is None

    assert (await _snapshot(database, room)).seq == 1
    assert len(await _events(database, room, 0) or []) == 1


async def test_delete_entry_is_an_event_once(database: Database) -> None:
    room = await _open(database)
    await _set(database, room, "cue/1", {"kind": "pin"})

    async with database.session() as session:
        assert await service.delete_entry(session, room, "cue/1") == 2
        assert await service.delete_entry(session, room, "cue/1") is None

    events = await _events(database, room, 1)
    assert events is not None
    assert [(event.seq, event.key, event.value) for event in events] == [(2, "cue/1", None)]
    assert await _snapshot(database, room) == Snapshot(2, {})


async def test_values_come_back_as_they_were(database: Database) -> None:
    room = await _open(database)
    value = {
        "title": {"ar": "مرحبا\n", "en": 'a "quote"'},
        "list": [1, 2.5, None, True, []],
        "empty": {},
    }

    await _set(database, room, "show", value)

    assert (await _snapshot(database, room)).entries == {"show": value}


@pytest.mark.parametrize("call", ["set", "delete", "snapshot", "events"])
async def test_unknown_room_is_not_found(database: Database, call: str) -> None:
    room = ids.new()
    async with database.session() as session:
        calls = {
            "set": lambda: service.set_entry(session, room, "k", 1),
            "delete": lambda: service.delete_entry(session, room, "k"),
            "snapshot": lambda: service.snapshot(session, room),
            "events": lambda: service.events_after(session, room, 0),
        }
        with pytest.raises(NotFound):
            await calls[call]()


async def test_null_is_refused_as_a_value(database: Database) -> None:
    room = await _open(database)

    with pytest.raises(ValueError, match="delete_entry"):
        await _set(database, room, "k", None)

    assert (await _snapshot(database, room)).seq == 0


async def test_rolled_back_writer_leaves_no_gap(database: Database) -> None:
    room = await _open(database)
    with pytest.raises(ZeroDivisionError):
        async with database.session() as session:
            await service.set_entry(session, room, "k", 1)
            raise ZeroDivisionError

    assert await _set(database, room, "k", 2) == 1


async def test_concurrent_writers_leave_no_gap_and_agree_with_the_log(database: Database) -> None:
    room = await _open(database)
    seen: list[Snapshot] = []

    async def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(10):
            async with database.session() as session:
                for key in dice.sample(["a", "b", "c"], 2):
                    if dice.random() < 0.3:
                        await service.delete_entry(session, room, key)
                    else:
                        await service.set_entry(session, room, key, dice.randrange(3))

    async def read() -> None:
        for _ in range(10):
            seen.append(await _snapshot(database, room))

    await asyncio.gather(*(write(seed) for seed in range(8)), read(), read())

    final, events = await _snapshot(database, room), await _events(database, room, 0)
    assert events is not None
    assert [event.seq for event in events] == list(range(1, final.seq + 1))
    for before in seen:
        assert fold(before, events[before.seq :]) == final


async def test_equal_values_at_the_same_time_are_one_event(database: Database) -> None:
    room = await _open(database)

    written = await asyncio.gather(*(_set(database, room, "k", "same") for _ in range(8)))

    assert sorted(seq for seq in written if seq is not None) == [1]


async def test_old_events_are_forgotten_as_a_prefix(database: Database) -> None:
    room, silent = await _open(database), await _open(database)
    now = clock.now()
    # The third is dated before the second: two writers whose clocks disagree.
    for minutes, key in [(130, "a"), (50, "b"), (90, "c"), (1, "d")]:
        with clock.use(lambda minutes=minutes: now - timedelta(minutes=minutes)):
            await _set(database, room, key, 1)
    with clock.use(lambda: now - timedelta(minutes=61)):
        await _set(database, silent, "k", 1)

    async with database.session() as session:
        await service.forget_old_events(session)

    assert await _events(database, room, 0) is None
    assert [event.seq for event in await _events(database, room, 1) or []] == [2, 3, 4]
    assert await _events(database, silent, 0) is None
    assert await _events(database, silent, 1) == []
    assert (await _snapshot(database, silent)).entries == {"k": 1}


async def test_events_after_a_number_from_the_future_are_unknown(database: Database) -> None:
    room = await _open(database)

    assert await _events(database, room, 7) is None


class Listener:
    """What comes on the channel, in order. It listens before the test sends anything."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self.connection = connection
        self._payloads: asyncio.Queue[str] = asyncio.Queue()

    async def follow(self) -> None:
        """One iterator for the whole test: a packet may carry several notices, and an iterator
        that ends after the first one drops the others.
        """
        async for notify in self.connection.notifies():
            self._payloads.put_nowait(notify.payload)

    async def next(self) -> set[UUID]:
        async with bounded():
            return {UUID(hex=room) for room in (await self._payloads.get()).split(",")}

    @property
    def has_heard(self) -> bool:
        return not self._payloads.empty()


@pytest.fixture
async def listener(database_url: str) -> AsyncIterator[Listener]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute(f"listen {ROOMS_CHANNEL}")
        listener = Listener(connection)
        async with running(listener.follow()):
            yield listener


@asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """The work goes on while the block runs; nothing of it is left afterwards."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_hints_of_one_moment_come_as_one(
    database: Database, database_url: str, listener: Listener
) -> None:
    rooms, later = {await _open(database) for _ in range(3)}, await _open(database)
    hints = Hints(database_url)
    with queries.commits(hints.committed):
        for room in rooms:
            await _set(database, room, "k", 1)
            await _set(database, room, "k", 2)

        async with running(hints.run()):
            assert await listener.next() == rooms
            # What follows is the next room, so nothing else was sent before it.
            await _set(database, later, "k", 1)
            assert await listener.next() == {later}


async def test_no_hint_before_the_commit_or_without_a_change(
    database: Database, database_url: str
) -> None:
    room, hints = await _open(database), Hints(database_url)
    with queries.commits(hints.committed):
        async with database.session() as session:
            async with session.begin_nested():
                await service.set_entry(session, room, "k", 1)
            assert hints._rooms == set()
        assert hints._rooms == {room}

        hints._take()
        await _set(database, room, "k", 1)
        with pytest.raises(ZeroDivisionError):
            async with database.session() as session:
                await service.set_entry(session, room, "k", 2)
                raise ZeroDivisionError
        assert hints._rooms == set()


async def test_hints_survive_a_lost_connection(
    database: Database, database_url: str, listener: Listener
) -> None:
    async def hinted(room: UUID) -> None:
        """A hint may be lost with its connection, so the room is written until one names it."""
        values = itertools.count()
        named: set[UUID] = set()

        async def is_named() -> bool:
            await _set(database, room, "k", next(values))
            while listener.has_heard:
                named.update(await listener.next())
            return room in named

        await until(is_named)

    before, after = await _open(database), await _open(database)
    async with running(Hints(database_url).run()):
        await hinted(before)
        async with database.session() as session:
            killed = await session.execute(_KILL_NOTIFIER)

        assert killed.scalars().all() == [True]
        await hinted(after)
