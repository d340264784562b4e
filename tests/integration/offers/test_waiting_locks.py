"""Whoever leaves several lines locks in the order in which a purchase locks: nothing waits in a
circle.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from showfloor.kit.db import Database, fetch
from showfloor.offers.rules import waiting as rules
from showfloor.offers.service import erase_waits, lapse_old
from showfloor.stock import service as stock
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.test_waiting import clock_of_lists, own_counts
from tests.integration.offers.waiters import Waiter, waiter
from tests.waiting import until_somebody_waits

__all__ = ["clock_of_lists", "own_counts"]


async def in_two_lines(hall: Hall) -> tuple[Waiter, UUID, UUID]:
    """The list of the variant with the greater id was opened first."""
    await execute(hall.database, "update stock_item set on_hand = 0")
    variants = {each.id: each.sku for product in hall.floor.products for each in product.variants}
    small, great = sorted(variants)[:2]
    anna = await waiter(hall, "anna")
    for each in (great, small):
        assert (await anna.join(variants[each])).status_code == 200
    return anna, small, great


async def erase(database: Database, viewer_id: UUID) -> int:
    async with database.session() as session:
        return await erase_waits(session, viewer_id)


@guarded
async def test_erasure_and_purchase_do_not_wait_for_each_other(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    async def nothing(*_: object) -> None:
        return None

    _, small, great = await in_two_lines(hall)
    viewer = UUID(
        str(await scalar(hall.database, "select min(viewer_id::text) from waiting_place"))
    )
    if not guard:
        monkeypatch.setattr(stock, "lock_held", nothing)
    has_begun = asyncio.Event()
    lock = "select variant_id from stock_item where variant_id = %(id)s for update"

    async def purchase() -> None:
        async with hall.database.transaction() as connection:
            await fetch(connection, lock, {"id": small})
            has_begun.set()
            await until_somebody_waits(hall.database)
            await fetch(connection, lock, {"id": great})

    async def erasure() -> int:
        await has_begun.wait()
        return await erase(hall.database, viewer)

    ended = await asyncio.gather(purchase(), erasure(), return_exceptions=True)

    failed = [each for each in ended if isinstance(each, Exception)]
    assert len(failed) == (0 if guard else 1)
    if guard:
        assert ended == [None, 2]
        assert await scalar(hall.database, "select count(*) from waiting_place") == 0
        assert await scalar(hall.database, "select max(waiting) from stock_item") == 0
    else:
        assert "deadlock detected" in str(failed[0])


async def test_who_waited_too_long_leaves_one_list_in_a_transaction(hall: Hall) -> None:
    """So that it locks the stock of one variant."""
    await in_two_lines(hall)
    old = f"now() - interval '{rules.LONGEST.days + 1} days'"
    await execute(hall.database, f"update waiting_place set joined_at = {old}")
    free = "select count(*) from (select from stock_item for update skip locked) as free"
    stocked = await scalar(hall.database, free)
    assert isinstance(stocked, int)

    async with hall.database.session() as session:
        assert await lapse_old(session) == 1
        assert await scalar(hall.database, free) == stocked - 1
    async with hall.database.session() as session:
        assert await lapse_old(session) == 1
    async with hall.database.session() as session:
        assert await lapse_old(session) == 0

    assert await scalar(hall.database, "select max(waiting) from stock_item") == 0
