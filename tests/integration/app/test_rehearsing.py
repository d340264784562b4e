"""Test buyers buy through the public API, and no row of theirs is in any count."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI

from showfloor.app import wiring
from showfloor.app.rehearsing import scratch as scratch_module
from showfloor.app.rehearsing.crowd import Crowd, public_api
from showfloor.app.rehearsing.rehearsals import Rehearsals
from showfloor.app.rehearsing.scratch import ROWS, drop_leftovers, schema_of, scratch, stock_left
from showfloor.app.settings import Settings
from showfloor.checkout.adapters.test_ledger import TestLedger
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.kit import ids
from showfloor.kit.db import Base, Database
from showfloor.kit.money import Money
from showfloor.realtime import service as realtime
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.shows import service as shows
from showfloor.shows.types import RehearsalFigures, Show
from showfloor.stock import service as stock
from tests.integration.checkout.shop import execute
from tests.people import Floor, add_floor
from tests.surfaces import changed, rows_of
from tests.waiting import bounded, until, until_somebody_waits

ROOM = {"room", "room_entry", "room_event"}
MONEY = {"hold", "checkout", "payment", "orders", "outbox_event", "stock_item"}


@pytest.fixture
async def floor(database: Database) -> Floor:
    async with database.session() as session:
        return await add_floor(session)


@pytest.fixture
async def rehearsed(database: Database, floor: Floor) -> Show:
    async with database.session() as session:
        return await shows.start_rehearsal(session, person=floor.host, show_id=floor.show.id)


async def buy_three(settings: Settings, show: Show, schema: str) -> Crowd:
    crowd = Crowd(settings, show)
    async with public_api(settings, schema) as shop:
        for _ in range(3):
            await crowd.buy_once(shop)
    return crowd


async def rows_in(url: str, schema: str) -> dict[str, int]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return {
            table.name: (
                await (
                    await connection.execute(f'select count(*) from {schema}."{table.name}"')
                ).fetchone()
                or (0,)
            )[0]
            for table in Base.metadata.sorted_tables
        }


async def tables_of(url: str, schema: str) -> set[str]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        found = await connection.execute(
            "select tablename from pg_tables where schemaname = %s", [schema]
        )
        return {name for (name,) in await found.fetchall()}


async def schemas(url: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        found = await connection.execute(
            "select nspname from pg_namespace where starts_with(nspname, 'rehearsal_')"
        )
        return [name for (name,) in await found.fetchall()]


async def test_test_buyers_leave_no_row(app: FastAPI, database: Database, rehearsed: Show) -> None:
    settings = app.state.settings
    before = await rows_of(database)

    async with scratch(settings.database_url, rehearsed.id) as schema:
        assert schema is not None
        crowd = await buy_three(settings, rehearsed, schema)
        written = await rows_in(settings.database_url, schema)

    assert crowd.figures.purchases == 3
    assert crowd.figures.refused == {}
    assert crowd.figures.taken == Money(7500, "GBP")
    # They did buy: whatever follows from an order stands in the schema that is gone.
    assert (written["orders"], written["payment"], written["outbox_event"]) == (3, 3, 3)
    assert changed(before, await rows_of(database)) == set()
    assert await schemas(settings.database_url) == []
    assert TestLedger(settings.test_payments).entries() == {}


async def test_without_their_schema_test_buyers_are_counted(
    app: FastAPI, database: Database, rehearsed: Show
) -> None:
    """The twin: the same buyers where everybody buys, in a show that sells."""
    before = await rows_of(database)
    await execute(
        database,
        f"update show set state = 'live', published_at = now() where id = '{rehearsed.id}'",
    )

    crowd = await buy_three(app.state.settings, rehearsed, "public")

    assert crowd.figures.purchases == 3
    assert changed(before, await rows_of(database)) >= MONEY


async def test_connection_of_a_test_buyer_reaches_no_other_table(
    app: FastAPI, rehearsed: Show
) -> None:
    """A table that the schema lacks is an error, never the real one."""
    url = app.state.settings.database_url
    async with scratch(url, rehearsed.id) as schema:
        assert schema is not None
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(f"drop table {schema}.orders")
        crowd = Crowd(app.state.settings, rehearsed)
        async with public_api(app.state.settings, schema) as shop:
            with pytest.raises(psycopg.errors.UndefinedTable):
                await crowd.buy_once(shop)


async def test_refusals_are_counted_by_code(
    app: FastAPI, database: Database, floor: Floor, rehearsed: Show
) -> None:
    variants = {
        each.variants[0].id: person
        for each, person in zip(floor.products, floor.sellers, strict=True)
    }
    async with database.session() as session:
        for variant_id, seller in variants.items():
            await stock.set_on_hand(session, person=seller, variant_id=variant_id, on_hand=0)

    async with scratch(app.state.settings.database_url, rehearsed.id) as schema:
        assert schema is not None
        crowd = await buy_three(app.state.settings, rehearsed, schema)

    assert (crowd.figures.purchases, crowd.figures.refused) == (0, {"sold_out": 3})


async def test_stock_of_a_rehearsal_is_what_is_left(
    app: FastAPI, database: Database, floor: Floor, rehearsed: Show
) -> None:
    """Ten pieces of which seven were sold and one is held: two can be bought."""
    variant = floor.products[0].variants[0].id
    await execute(
        database, f"update stock_item set sold = 7, held = 1 where variant_id = '{variant}'"
    )
    url = app.state.settings.database_url

    async with (
        scratch(url, rehearsed.id) as schema,
        await psycopg.AsyncConnection.connect(url) as connection,
    ):
        found = await connection.execute(
            f"select available, held, sold from {schema}.stock_item where variant_id = '{variant}'"
        )
        row = await found.fetchone()

    assert row == (2, 0, 0)


async def test_scratch_has_every_table_and_nobody_who_buys(app: FastAPI, rehearsed: Show) -> None:
    async with scratch(app.state.settings.database_url, rehearsed.id) as schema:
        assert schema is not None
        rows = await rows_in(app.state.settings.database_url, schema)
        tables = await tables_of(app.state.settings.database_url, schema)
        public = await tables_of(app.state.settings.database_url, "public")

    assert tables == public - {"alembic_version"}
    assert {name for name, count in rows.items() if count} <= ROWS.keys()
    assert rows["show"] == 1


async def test_rehearsal_has_one_crowd(app: FastAPI, rehearsed: Show) -> None:
    url = app.state.settings.database_url
    async with scratch(url, rehearsed.id) as first, scratch(url, rehearsed.id) as second:
        assert (first, second) == (schema_of(rehearsed.id), None)


async def test_worker_rehearses_until_the_rehearsal_is_over(
    app: FastAPI, database: Database, floor: Floor, rehearsed: Show
) -> None:
    settings = app.state.settings
    rows = await rows_of(database)
    job = Rehearsals(settings, wiring.recordings(settings))
    recorded = settings.data / "recordings" / ids.encode("show", rehearsed.id)
    recorded.mkdir(parents=True)
    kept = settings.data / "recordings" / ids.encode("show", floor.show.id)
    kept.mkdir()
    (recorded / "1.m4s").write_bytes(b"preview")
    (kept / "1.m4s").write_bytes(b"preview")

    async def said_in_room() -> bool:
        """Of two variants with ten pieces each. A purchase counts before its stock is read."""
        await job.run(database)
        return 0 < sum(await left_in_room(database, rehearsed)) < 20

    try:
        async with bounded():
            await until(said_in_room)
        assert changed(rows, await rows_of(database)) == {"rehearsal", *ROOM}
        figures = await figures_of(database, rehearsed)
        assert figures is not None and figures.purchases > 0
        async with database.session() as session:
            await shows.end_rehearsal(session, person=floor.host, show_id=floor.show.id)
        await job.run(database)
    finally:
        await job.close()

    assert await schemas(settings.database_url) == []
    assert (recorded.exists(), kept.exists()) == (False, True)


async def left_in_room(database: Database, show: Show) -> list[int]:
    """What the room of a rehearsal says that test buyers have left, fewest first; nothing before
    the first of them came.
    """
    async with database.session() as session:
        entries = (await realtime.snapshot(session, show.id)).entries
    rehearsed = entries.get("rehearsal")
    return sorted(rehearsed["stock"].values()) if rehearsed else []


async def test_stock_in_the_room_falls_as_test_buyers_buy(
    app: FastAPI, database: Database, rehearsed: Show
) -> None:
    """The room's is the scratch stock; the real pieces are all still there."""
    before = await rows_of(database)
    settings = app.state.settings

    async with scratch(settings.database_url, rehearsed.id) as schema:
        assert schema is not None
        whole = await stock_left(settings.database_url, schema)
        await buy_three(settings, rehearsed, schema)
        left = await stock_left(settings.database_url, schema)
    async with database.session() as session:
        await shows.note_stock(session, rehearsed.id, left)

    assert sum(left.values()) == sum(whole.values()) - 3
    assert await left_in_room(database, rehearsed) == sorted(left.values())
    assert changed(before, await rows_of(database)) == ROOM


async def test_stock_of_a_rehearsal_that_is_over_is_said_nowhere(
    database: Database, floor: Floor, rehearsed: Show
) -> None:
    async with database.session() as session:
        await shows.end_rehearsal(session, person=floor.host, show_id=floor.show.id)
    rows = await rows_of(database)

    async with database.session() as session:
        await shows.note_stock(session, rehearsed.id, {"MUG-1": 3})

    assert changed(rows, await rows_of(database)) == set()


async def figures_of(database: Database, show: Show) -> RehearsalFigures | None:
    async with database.session() as session:
        found = await shows.find_rehearsal(session, show.id)
    return found.figures if found else None


async def test_worker_without_the_crowd_leaves_its_figures(
    app: FastAPI, database: Database, rehearsed: Show
) -> None:
    storage = wiring.recordings(app.state.settings)
    first, second = (Rehearsals(app.state.settings, storage) for _ in range(2))

    async def bought() -> bool:
        await first.run(database)
        figures = await figures_of(database, rehearsed)
        return figures is not None and figures.purchases > 0

    try:
        async with bounded():
            await until(bought)
        found = await figures_of(database, rehearsed)
        for _ in range(3):
            await second.run(database)
            assert await figures_of(database, rehearsed) == found
    finally:
        await second.close()
        await first.close()


async def test_figures_of_a_rehearsal_are_null_until_somebody_came(
    app: FastAPI, database: Database, rehearsed: Show
) -> None:
    job = Rehearsals(app.state.settings, wiring.recordings(app.state.settings))
    try:
        await job.run(database)
        assert await figures_of(database, rehearsed) is None
    finally:
        await job.close()


async def test_recordings_are_looked_through_only_when_a_rehearsal_is_over(
    app: FastAPI, database: Database, floor: Floor, rehearsed: Show
) -> None:
    settings = app.state.settings

    class Counting(DiskStorage):
        looked = 0

        def names(self) -> set[str]:
            self.looked += 1
            return super().names()

    storage = Counting(settings.data)
    job = Rehearsals(settings, storage)
    try:
        # Another worker has the crowd, so this one makes a new one at each look.
        async with scratch(settings.database_url, rehearsed.id):
            for _ in range(10):
                await job.run(database)
        assert storage.looked == 1

        async with database.session() as session:
            await shows.end_rehearsal(session, person=floor.host, show_id=floor.show.id)
        await job.run(database)
        assert storage.looked == 2
    finally:
        await job.close()


async def test_schema_that_another_worker_has_is_no_leftover(app: FastAPI, rehearsed: Show) -> None:
    """It began after this worker looked at what runs."""
    url = app.state.settings.database_url
    async with scratch(url, rehearsed.id) as schema:
        assert await drop_leftovers(url, frozenset())
        assert await schemas(url) == [schema]

    assert not await drop_leftovers(url, frozenset())


async def leave(url: str) -> UUID:
    """A schema as of a worker that was killed."""
    gone: UUID = ids.unguessable()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(f"create schema {schema_of(gone)}")
        await connection.execute(f"create table {schema_of(gone)}.orders (id int)")
    return gone


async def test_two_workers_drop_the_same_leftovers(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each schema is asked for by both at the same time."""
    url = app.state.settings.database_url
    both, lock = asyncio.Barrier(2), scratch_module._lock

    async def together(*given: Any) -> bool:
        async with bounded():
            await both.wait()
        return await lock(*given)

    monkeypatch.setattr(scratch_module, "_lock", together)
    for _ in range(5):
        await leave(url)

    await asyncio.gather(*(drop_leftovers(url, frozenset()) for _ in range(2)))

    assert await schemas(url) == []


async def test_two_workers_would_fail_at_the_same_leftovers_without_the_lock(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of `test_two_workers_drop_the_same_leftovers`."""
    url = app.state.settings.database_url

    async def unlocked(*_: object) -> bool:
        return True

    monkeypatch.setattr(scratch_module, "_lock", unlocked)
    gone = await leave(url)
    async with await psycopg.AsyncConnection.connect(url) as reading:
        # Nobody can drop the table while somebody reads it, so both have found it before.
        await reading.execute(f"select from {schema_of(gone)}.orders")
        both = [asyncio.create_task(drop_leftovers(url, frozenset())) for _ in range(2)]
        await until_somebody_waits(database, 2)
    ends = await asyncio.gather(*both, return_exceptions=True)

    (failed,) = [end for end in ends if end is not False]
    # The other has dropped the schema, or so far the table alone.
    gone_by_then = psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName
    assert isinstance(failed, gone_by_then)


async def test_schema_of_another_worker_would_be_dropped_without_the_lock(
    app: FastAPI, rehearsed: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of `test_schema_that_another_worker_has_is_no_leftover`."""
    url = app.state.settings.database_url

    async def unlocked(*_: object) -> bool:
        return True

    async with scratch(url, rehearsed.id):
        monkeypatch.setattr("showfloor.app.rehearsing.scratch._lock", unlocked)
        await drop_leftovers(url, frozenset())
        assert await schemas(url) == []


async def test_rehearsal_closes_every_payment_provider(
    app: FastAPI, rehearsed: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[TestProvider] = []
    made: list[TestProvider] = []
    make, close = TestProvider.__init__, TestProvider.close

    def count_made(self: TestProvider, **options: Any) -> None:
        made.append(self)
        make(self, **options)

    async def count_closed(self: TestProvider) -> None:
        closed.append(self)
        await close(self)

    monkeypatch.setattr(TestProvider, "__init__", count_made)
    monkeypatch.setattr(TestProvider, "close", count_closed)
    async with public_api(app.state.settings, "public"):
        pass

    assert len(made) == 2
    assert set(closed) == set(made)


async def test_what_a_killed_worker_left_is_dropped(
    app: FastAPI, database: Database, rehearsed: Show
) -> None:
    settings = app.state.settings
    gone = await leave(settings.database_url)
    job = Rehearsals(settings, wiring.recordings(settings))

    try:
        await job.run(database)
        assert schema_of(gone) not in await schemas(settings.database_url)
    finally:
        await job.close()
