"""The guard and its twin: the same race with the lock taken out must oversell, or the race proves
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import LiteralString
from uuid import UUID

import pytest

from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.markets.types import SalesContext
from showfloor.stock import queries
from showfloor.stock.queries import RESERVE, RESERVE_BATCH, HoldResult, Reservation
from showfloor.stock.types import Caller, Stock
from tests.integration.checkout.shop import add_product, add_seller, execute, line, stock_now
from tests.waiting import until_somebody_waits

BUYERS, UNITS = 12, 5
Statement = Callable[[Database, Product], Awaitable[list[HoldResult | None]]]


@pytest.fixture
async def wide(database_url: str) -> AsyncIterator[Database]:
    """As many connections as buyers, so that all of them are in the statement at once."""
    database = Database(database_url, pool_size=BUYERS + 1)
    await database.open()
    yield database
    await database.close()


def alone(statement: LiteralString = RESERVE) -> Statement:
    async def take(database: Database, product: Product) -> list[HoldResult | None]:
        return [await queries.reserve(database, wanted(product), statement)]

    return take


def in_crowds(statement: LiteralString = RESERVE_BATCH) -> Statement:
    async def take(database: Database, product: Product) -> list[HoldResult | None]:
        scope = ids.new()
        return await queries.reserve_batch(
            database, [wanted(product, scope) for _ in range(3)], statement
        )

    return take


def wanted(product: Product, scope: UUID | None = None) -> Reservation:
    one, hold_id = line(product), ids.new()
    return Reservation(
        hold_id,
        SalesContext.in_show(scope or ids.new(), "gb"),
        hold_id.bytes,
        Caller(),
        hold_id.bytes,
        b"",
        (one,),
        one.total,
        300,
    )


UNLOCKED = {
    "alone": alone(RESERVE.replace("  order by variant_id\n  for update\n", "")),
    "in_crowds": in_crowds(RESERVE_BATCH.replace("  for update\n", "")),
}


async def race(database: Database, take: Statement) -> tuple[Product, int]:
    """All buyers begin while somebody has the row: each has seen all units, then all go at once.

    How many were told that they got one.
    """
    product = await add_product(database, await add_seller(database), on_hand=UNITS)
    async with database.pool.connection() as connection, connection.transaction():
        await connection.execute("select from stock_item for update")
        buyers = [asyncio.create_task(take(database, product)) for _ in range(BUYERS)]
        await until_somebody_waits(database, BUYERS)
    taken = [one for answers in await asyncio.gather(*buyers) for one in answers]
    return product, sum(one is not None and one.expires_at is not None for one in taken)


@pytest.mark.parametrize("take", [alone(), in_crowds()], ids=["alone", "in_crowds"])
async def test_exactly_what_is_there_is_held(wide: Database, take: Statement) -> None:
    product, told = await race(wide, take)

    assert told == UNITS
    assert await stock_now(wide, product) == Stock(UNITS, UNITS, 0)


@pytest.mark.parametrize("take", UNLOCKED.values(), ids=UNLOCKED)
async def test_without_the_lock_and_the_check_it_oversells(wide: Database, take: Statement) -> None:
    await execute(wide, "alter table stock_item drop constraint ck_stock_item_never_oversold")

    product, told = await race(wide, take)

    assert told > UNITS
    assert await stock_now(wide, product) == Stock(UNITS, told, 0)


@pytest.mark.parametrize("take", UNLOCKED.values(), ids=UNLOCKED)
async def test_without_the_lock_the_check_still_holds(wide: Database, take: Statement) -> None:
    product, told = await race(wide, take)

    assert told == UNITS
    assert await stock_now(wide, product) == Stock(UNITS, UNITS, 0)
