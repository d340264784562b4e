"""Other lines for an open hold, beside everything that happens to its stock at the same moment."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Connection, Database
from showfloor.kit.pipeline import Statement
from showfloor.stock import queries, service
from showfloor.stock.errors import NetworkLimitReached
from showfloor.stock.queries import changes
from showfloor.stock.types import Hold, Line, Stock
from tests.integration.checkout.shop import (
    add_product,
    add_seller,
    let_expire,
    line,
    scalar,
    stock_now,
    take,
)
from tests.integration.stock.test_networks import run_out
from tests.waiting import until_somebody_waits

SHOW = ids.new()
SCALPER = b"scalper"
HELD = "select coalesce(sum(quantity), 0) from hold_line where state = 'held'"
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture
async def product(database: Database) -> Product:
    return await add_product(database, await add_seller(database), ("A", "B"), on_hand=50)


async def change(connection: Connection, hold: Hold, *lines: Line) -> Hold:
    locked = await service.lock_hold(connection, hold.id)
    assert locked is not None
    return await service.change_lines(connection, locked, lines)


@guarded
async def test_hold_that_runs_out_while_it_changes_keeps_its_goods(
    database: Database, product: Product, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Its deadline passes after it was found open. If the change took its own goods back, fewer
    would count as held than are, and the difference would be sold twice.
    """
    if not guard:
        monkeypatch.setattr(
            changes, "RECLAIM", changes.RECLAIM.replace("and hold_id <> %(id)s", "")
        )
    hold = await take(database, line(product, 2), scope=SHOW)
    await take(database, line(product, 3), scope=SHOW)

    async with database.transaction() as connection:
        locked = await service.lock_hold(connection, hold.id)
        assert locked is not None and locked.is_open
        # The database's clock is not ours to move: the deadline comes to meet it.
        late = (
            "update hold_line set expires_at = now() - interval '1 second' where hold_id = %(id)s"
        )
        await connection.fetch(Statement(late, {"id": hold.id}))
        await service.change_lines(connection, locked, [line(product, 1)])

    held = (await stock_now(database, product)).held
    assert held == (4 if guard else 2)
    assert await scalar(database, HELD) == (4 if guard else 3)


async def test_change_locks_no_stock_but_its_own(database: Database, product: Product) -> None:
    """Two that lock stock in different orders would wait for each other."""
    hold = await take(database, line(product), scope=SHOW)
    gone = await take(database, line(product, 1, 1), scope=SHOW)
    await let_expire(database, gone.id)

    async with database.transaction() as connection:
        await change(connection, hold, line(product, 2))
        other = await take(database, line(product, 10, 1), scope=SHOW)

    assert other.pieces == {product.variants[1].id: 10}
    assert await stock_now(database, product) == Stock(50, 2, 0)


async def test_change_locks_stock_in_the_order_of_its_ids(
    database: Database, product: Product
) -> None:
    """Also where goods of the later variant ran out and are taken back."""
    hold = await take(database, line(product), scope=SHOW)
    gone = await take(database, line(product, 1, 1), scope=SHOW)
    await let_expire(database, gone.id)
    row = text("select 1 from stock_item where variant_id = :id for update nowait")

    async def both() -> None:
        async with database.transaction() as connection:
            await change(connection, hold, line(product), line(product, 1, 1))

    async with asyncio.TaskGroup() as tasks, database.session() as session:
        await session.execute(row, {"id": product.variants[0].id})
        tasks.create_task(both())
        await until_somebody_waits(database)
        async with database.session() as another:
            await another.execute(row, {"id": product.variants[1].id})

    assert await stock_now(database, product, 1) == Stock(50, 1, 0)


@guarded
async def test_one_network_holds_a_quarter_though_its_holds_grow_at_once(
    database: Database, product: Product, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        bound = "room - coalesce(near.quantity, 0)"
        monkeypatch.setattr(changes, "MARGINS", changes.MARGINS.replace(bound, "999"))
    first = await take(database, line(product), scope=SHOW, client=SCALPER)
    second = await take(database, line(product), scope=SHOW, client=SCALPER)

    async def grow() -> bool:
        try:
            async with database.transaction() as connection:
                await change(connection, second, line(product, 10))
        except NetworkLimitReached:
            return False
        return True

    async with asyncio.TaskGroup() as tasks, database.transaction() as connection:
        await change(connection, first, line(product, 10))
        grown = tasks.create_task(grow())
        await until_somebody_waits(database)

    assert grown.result() is not guard
    assert (await stock_now(database, product)).held == (11 if guard else 20)


@guarded
async def test_network_that_cools_down_cannot_make_a_small_hold_large(
    database: Database, product: Product, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setitem(queries.LIMITS, "cool_down", 0)
    await take(database, line(product, 10), scope=SHOW, client=SCALPER)
    await run_out(database, 1)
    hold = await take(database, line(product, 2), scope=SHOW, client=SCALPER)

    async with database.transaction() as connection:
        if guard:
            with pytest.raises(NetworkLimitReached) as refused:
                await change(connection, hold, line(product, 10))
            assert refused.value.extra == {"lines": [{"sku": "A", "available": 5}]}
        else:
            await change(connection, hold, line(product, 10))

    assert (await stock_now(database, product)).held == (2 if guard else 10)
