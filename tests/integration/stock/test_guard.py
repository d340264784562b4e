"""The guard and its twin: the same race with the lock taken out must oversell, or the race proves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import LiteralString

import pytest

from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.stock import queries
from showfloor.stock.queries import TAKE, Taken, Wanted
from showfloor.stock.types import Stock
from tests.integration.checkout.shop import add_product, add_seller, execute, line, somebody_waits, stock_now

BUYERS, UNITS = 12, 5
UNLOCKED: LiteralString = TAKE.replace("  order by variant_id\n  for update\n", "")


@pytest.fixture
async def wide(database_url: str) -> AsyncIterator[Database]:
    """As many connections as buyers, so that all of them are in the statement at once."""
    database = Database(database_url, pool_size=BUYERS)
    await database.open()
    yield database
    await database.close()


async def race(database: Database, statement: LiteralString) -> tuple[Product, list[Taken | BaseException]]:
    """All buyers begin while somebody has the row: each has seen all units, then all go at once."""
    product = await add_product(database, await add_seller(database), on_hand=UNITS)
    async with database.pool.connection() as connection, connection.transaction():
        await connection.execute("select from stock_item for update")
        buyers = [asyncio.create_task(queries.take(database, wanted(product), statement)) for _ in range(BUYERS - 1)]
        await somebody_waits(database, BUYERS - 1)
    taken = await asyncio.gather(*buyers, return_exceptions=True)
    return product, taken


def wanted(product: Product) -> Wanted:
    one, hold_id = line(product), ids.new()
    return Wanted(hold_id, ids.new(), hold_id.bytes, None, hold_id.bytes, b"", (one,), one.total, 300)


def sold(taken: list[Taken | BaseException]) -> int:
    return sum(isinstance(one, Taken) and one.expires_at is not None for one in taken)


async def test_exactly_what_is_there_is_held(wide: Database) -> None:
    product, taken = await race(wide, TAKE)

    assert sold(taken) == UNITS
    assert await stock_now(wide, product) == Stock(UNITS, UNITS, 0)


async def test_without_the_lock_and_the_check_it_oversells(wide: Database) -> None:
    assert UNLOCKED != TAKE
    await execute(wide, "alter table stock_item drop constraint ck_stock_item_never_oversold")

    product, taken = await race(wide, UNLOCKED)

    assert sold(taken) == BUYERS - 1 > UNITS
    assert await stock_now(wide, product) == Stock(UNITS, BUYERS - 1, 0)


async def test_without_the_lock_the_check_still_holds(wide: Database) -> None:
    product, taken = await race(wide, UNLOCKED)

    assert sold(taken) == UNITS
    assert await stock_now(wide, product) == Stock(UNITS, UNITS, 0)
