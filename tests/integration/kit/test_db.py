"""Transactions, the outbox and idempotent answers on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from showfloor.kit import clock, db, idempotency, ids, outbox
from showfloor.kit.db import Database, Session, ask, fetch
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired, ValidationFailed
from showfloor.kit.pipeline import PipelineConnection, Row, Statement


@outbox.event("test.happened.v1")
@dataclass(frozen=True)
class Happened:
    thing: UUID


async def _events(database: Database) -> int:
    async with database.session() as session:
        return (await session.execute(text("select count(*) from outbox_event"))).scalar_one()


async def test_session_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.session() as session:
            await outbox.publish(session, Happened(ids.new()))
            raise ZeroDivisionError

    assert await _events(database) == 0


async def test_event_reaches_its_subscriber_once(database: Database) -> None:
    seen: list[UUID] = []

    async def note(session: Session, event: Happened) -> None:
        seen.append(event.thing)

    dispatcher = outbox.Dispatcher(database)
    dispatcher.subscribe(Happened, note)
    thing = ids.new()
    async with database.session() as session:
        await outbox.publish(session, Happened(thing))

    assert await dispatcher.drain() == 1
    assert await dispatcher.drain() == 0
    assert seen == [thing]


async def test_event_whose_subscriber_fails_is_delivered_again(database: Database) -> None:
    attempts: list[int] = []

    async def fail_once(session: Session, event: Happened) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise RuntimeError("the first time")

    dispatcher = outbox.Dispatcher(database)
    dispatcher.subscribe(Happened, fail_once)
    async with database.session() as session:
        await outbox.publish(session, Happened(ids.new()))

    async with database.session() as session:
        await outbox.publish(session, Happened(ids.new()))

    assert await dispatcher.drain() == 1, "the second event does not wait for the first"
    with clock.use(lambda: datetime.now(UTC) + outbox.PUT_OFF):
        assert await dispatcher.drain() == 1
    assert len(attempts) == 3


async def test_same_key_and_body_get_the_first_answer(database: Database) -> None:
    key, body = "k" * 20, idempotency.fingerprint({"a": 1})
    async with database.transaction() as session:
        assert await idempotency.claim(session, "test", key, body) is None
        idempotency.remember(session, "test", key, idempotency.StoredAnswer(201, {"id": "x"}))

    async with database.transaction() as session:
        assert await idempotency.claim(session, "test", key, body) == idempotency.StoredAnswer(
            201, {"id": "x"}
        )


async def test_same_key_with_another_body_is_refused(database: Database) -> None:
    key = "k" * 20
    async with database.transaction() as session:
        await idempotency.claim(session, "test", key, idempotency.fingerprint({"a": 1}))

    with pytest.raises(IdempotencyConflict):
        async with database.transaction() as session:
            await idempotency.claim(session, "test", key, idempotency.fingerprint({"a": 2}))


def test_short_key_is_refused() -> None:
    with pytest.raises(IdempotencyKeyRequired):
        idempotency.check_key("1")


async def test_closed_connections_are_replaced_without_a_ping(database: Database) -> None:
    """Both pools, after the server ended every connection in them."""
    for _ in range(2):
        async with database.session() as session, database.transaction() as connection:
            await session.execute(text("select 1"))
            await db.fetch(connection, "select 1", {})
        assert await database.run("select 1", {}) == [(1,)]
        await _end_all_connections(database)


async def test_connection_that_dies_after_the_look_is_replaced_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_is_disturbed", lambda connection: False)
    database.pool._check = None
    async with database.transaction() as connection:
        await db.fetch(connection, "select 1", {})
    await _end_all_connections(database)

    async with database.transaction() as connection:
        assert await db.fetch(connection, "select 1", {}) == [(1,)]
    await _end_all_connections(database)

    assert await database.run("select 1", {}) == [(1,)]


async def test_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as connection:
            outbox.publish_all(connection, [Happened(ids.new())])
            raise ZeroDivisionError

    assert await _events(database) == 0


async def test_statement_that_is_asked_goes_with_the_next_that_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips, exchange = list[int](), PipelineConnection.exchange

    async def counted(
        connection: PipelineConnection, statements: Sequence[Statement]
    ) -> list[list[Row]]:
        trips.append(len(statements))
        return await exchange(connection, statements)

    monkeypatch.setattr(PipelineConnection, "exchange", counted)
    async with database.transaction() as connection:
        first = ask(connection, "select 1", {}, lambda rows: rows[0][0])
        second = ask(connection, "select 2", {}, lambda rows: rows[0][0])
        assert await fetch(connection, "select 3", {}) == [(3,)]
        alone = ask(connection, "select 4", {}, lambda rows: rows[0][0])
        answers = [await asked.answer() for asked in (second, first, alone, alone)]

    assert answers == [2, 1, 4, 4]
    assert trips == [4, 1, 1]


async def test_answer_that_is_refused_undoes_the_transaction(database: Database) -> None:
    def refuse(_rows: list[Row]) -> None:
        raise ValidationFailed

    with pytest.raises(ValidationFailed):
        async with database.transaction() as connection:
            asked = ask(connection, "select 1", {}, refuse)
            await fetch(connection, "create table refused (id int)", {})
            await asked.answer()

    assert await database.run("select to_regclass('refused')::text", {}) == [(None,)]


async def test_commits_tell_what_is_left_to_do(database: Database) -> None:
    heard: list[set[str]] = []

    with db.listen_to_commits(heard.append):
        async with database.transaction() as connection:
            outbox.publish_all(connection, [Happened(ids.new())])
            assert heard == []
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as connection:
                outbox.publish_all(connection, [Happened(ids.new())])
                raise ZeroDivisionError

    assert heard == [{"outbox"}]


async def test_transaction_that_is_not_durable_does_not_wait_for_the_disk(
    database: Database,
) -> None:
    async def setting() -> list[tuple[object, ...]]:
        return await db.fetch(connection, "select current_setting('synchronous_commit')", {})

    async with database.transaction() as connection:
        usual = await setting()
    async with database.transaction(durable=False) as connection:
        assert await setting() == [("off",)]
    async with database.transaction() as connection:
        assert await setting() == usual


async def _end_all_connections(database: Database) -> None:
    """All but the one that asks."""
    async with await psycopg.AsyncConnection.connect(
        database.pool.conninfo, autocommit=True
    ) as other:
        await other.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


async def test_transaction_whose_connection_is_lost_gives_its_place_back(
    database: Database,
) -> None:
    """More often than there are places: not one may be lost."""
    for _ in range(database.pool.max_size + 1):
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as connection:
                await db.fetch(connection, "select 1", {})
                await _end_all_connections(database)
                raise ZeroDivisionError

    assert await database.run("select 1", {}) == [(1,)]
