"""Several statements in one round trip, against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from showfloor.kit import db, pipeline
from showfloor.kit.db import Collided, Database
from showfloor.kit.errors import Busy, ValidationFailed
from showfloor.kit.pipeline import PipelineConnection, Statement
from tests.waiting import until_somebody_waits


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[PipelineConnection]:
    async with await PipelineConnection.connect(database_url, autocommit=True) as connection:
        yield connection


async def ask(connection: PipelineConnection, text: str, **values: object) -> list[pipeline.Row]:
    return (await connection.exchange([Statement(text, values)]))[0]  # type: ignore[arg-type]  # tests write their own SQL


async def test_values_come_back_as_they_went(connection: PipelineConnection) -> None:
    given = {
        "id": UUID(int=7),
        "at": datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC),
        "name": "طرح",
        "bytes": b"\0\xff",
        "small": 1,
        "large": 2**40,
        "ids": [UUID(int=1), UUID(int=2)],
        "nothing": None,
    }
    text = (
        "select %(id)s::uuid, %(at)s::timestamptz, %(name)s::text, %(bytes)s::bytea,"
        " %(small)s::int, %(large)s::bigint, %(ids)s::uuid[], %(nothing)s::text, %(small)s::int"
    )

    assert await ask(connection, text, **given) == [(*given.values(), 1)]


async def test_each_statement_gets_its_own_rows(connection: PipelineConnection) -> None:
    first, none, third = await connection.exchange(
        [
            Statement("select 1 union all select 2", {}),
            Statement("create temporary table kept(id int)", {}),
            Statement("select 3 where %(yes)s::bool", {"yes": True}),
        ]
    )

    assert (first, none, third) == ([(1,), (2,)], [], [(3,)])


async def test_what_comes_after_a_failure_does_not_run(connection: PipelineConnection) -> None:
    await ask(connection, "create temporary table kept(id int primary key)")
    put = Statement("insert into kept values (%(id)s)", {"id": 1})

    with pytest.raises(psycopg.errors.DivisionByZero):
        await connection.exchange([put, Statement("select 1/0", {}), put])

    assert await ask(connection, "select count(*) from kept") == [(0,)]
    assert not connection.closed


async def test_statement_is_prepared_once_and_no_more_than_there_is_room_for(
    connection: PipelineConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_PREPARED", 2)
    asked = [f"select {number}" for number in (1, 1, 2, 3)]
    assert [(await ask(connection, text))[0][0] for text in asked] == [1, 1, 2, 3]

    # Not prepared itself: there is no room left.
    names = await ask(connection, "select statement from pg_prepared_statements order by 1")

    assert names == [("select 1",), ("select 2",)]


async def test_failed_preparation_is_not_remembered(connection: PipelineConnection) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedTable):
            await ask(connection, "select from comes_later")
    await ask(connection, "create temporary table comes_later()")

    assert await ask(connection, "select count(*) from comes_later") == [(0,)]


async def test_large_batch_is_sent_in_pieces(connection: PipelineConnection) -> None:
    large = Statement("select length(%(text)s::text)", {"text": "x" * 3_000_000})

    assert await connection.exchange([large] * 3) == [[(3_000_000,)]] * 3


async def test_cancelled_exchange_closes_the_connection_and_its_place_is_free(
    connection: PipelineConnection, database: Database, database_url: str
) -> None:
    narrow = Database(database_url, pool_size=1)
    await narrow.open()
    await ask(connection, "select 1 from pg_advisory_lock(7)")
    waiting = asyncio.create_task(narrow.run("select 1 from pg_advisory_lock(7)", {}))
    await until_somebody_waits(database)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert await narrow.run("select 2", {}) == [(2,)]
    await narrow.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The statements of each round trip."""
    trips, exchange = list[list[str]](), PipelineConnection.exchange

    async def noted(
        connection: PipelineConnection, statements: Sequence[Statement]
    ) -> list[list[pipeline.Row]]:
        trips.append([statement.text for statement in statements])
        return await exchange(connection, statements)

    monkeypatch.setattr(PipelineConnection, "exchange", noted)
    return trips


async def test_transaction_sends_begin_and_writes_with_what_it_waits_for(
    database: Database, sent: list[list[str]]
) -> None:
    async with database.transaction() as connection:
        db.write(connection, "select 1", {})
        assert await db.fetch(connection, "select 2", {}) == [(2,)]
        db.write(connection, "select 3", {})

    assert sent == [["begin", "select 1", "select 2"], ["select 3", "commit"]]


async def test_transaction_of_writes_alone_commits_apart(
    database: Database, sent: list[list[str]]
) -> None:
    """Its first statements may be sent twice, on a fresh connection; a commit never is."""
    async with database.transaction() as connection:
        db.write(connection, "create table kept(id int)", {})

    assert sent == [["begin", "create table kept(id int)"], ["commit"]]
    assert await database.run("select count(*) from kept", {}) == [(0,)]


async def test_write_that_fails_at_the_commit_leaves_nothing(database: Database) -> None:
    await database.run("create table kept(id int primary key)", {})

    with pytest.raises(Collided):
        async with database.transaction() as connection:
            assert await db.fetch(connection, "select 1", {}) == [(1,)]
            for _ in range(2):
                db.write(connection, "insert into kept values (1)", {})

    assert await database.run("select count(*) from kept", {}) == [(0,)]
    async with database.transaction() as connection:
        assert await db.fetch(connection, "select 1", {}) == [(1,)], "rolled back, and usable"


async def test_text_that_no_database_keeps_is_the_payloads_fault(database: Database) -> None:
    with pytest.raises(ValidationFailed):
        async with database.transaction() as connection:
            await db.fetch(connection, "select %(text)s::text", {"text": "a\0b"})


async def test_nobody_waits_for_a_connection_for_ever(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url, pool_size=1)
    await database.open()
    async with database.transaction() as connection:
        await db.fetch(connection, "select 1", {})
        monkeypatch.setattr(db, "_WAIT", 0.01)
        with pytest.raises(Busy):
            async with database.transaction() as other:
                await db.fetch(other, "select 1", {})

    assert await database.run("select 1", {}) == [(1,)]
    await database.close()
