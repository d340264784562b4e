"""Whoever leaves several lines locks in the order in which a purchase locks, so that nothing waits
in a circle; and nobody who buys waits for a whole line to be served.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from showfloor.kit.db import Database, Session, fetch
from showfloor.kit.errors import Busy
from showfloor.offers.rules import waiting as rules
from showfloor.offers.service import erase_waits, lapse_old, offer_freed, offering
from showfloor.stock import service as stock
from showfloor.stock.types import Stock
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.test_waiting import clock_of_lists, own_counts
from tests.integration.offers.waiters import Waiter, count, in_line, proof, waiter
from tests.integration.viewers.test_suspicions import doubt
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
        assert list(ended) == [None, 2]
        assert await scalar(hall.database, "select count(*) from waiting_place") == 0
        assert await scalar(hall.database, "select max(waiting) from stock_item") == 0
    else:
        assert isinstance(failed[0], Busy)
        assert "deadlock detected" in str(failed[0].__cause__)


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


@guarded
async def test_stock_is_locked_for_a_few_of_a_long_line_at_a_time(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Who is passed over takes its time, too."""
    lock, transactions = stock.lock_stock, set[int]()

    async def counted(session: Session, variant_id: UUID) -> Stock:
        transactions.add(await _transaction(session))
        return await lock(session, variant_id)

    await count(hall, 0)
    people = await in_line(hall, "anna", "badr", "cleo", "dina", "emad")
    place = await people[4].wait()
    for who in people[:2]:
        found = (await who.send("GET", "/viewer/session")).json()
        await doubt(hall.database, found["id"])
    await count(hall, 2)
    if guard:
        monkeypatch.setattr(offering, "_AT_ONCE", 2)
    monkeypatch.setattr(stock, "lock_stock", counted)

    await offer_freed(hall.database)

    assert len(transactions) == (3 if guard else 1)
    assert [(await each.wait())["state"] for each in people[2:]] == [
        "offered",
        "offered",
        "waiting",
    ]
    checked = await proof(hall, place)
    assert (checked.problems, checked.left, checked.offered) == ((), 2, 2)


async def _transaction(session: Session) -> int:
    found = await session.execute(text("select pg_current_xact_id()::text::bigint"))
    return int(found.scalar_one())


async def test_however_many_are_waited_for_is_asked_in_one_parameter(database: Database) -> None:
    """PostgreSQL takes 65,535 of them in a statement."""
    many = 66_000
    await execute(
        database,
        "insert into stock_item (variant_id, on_hand, waiting) "
        f"select gen_random_uuid(), (n > 9)::int, 1 from generate_series(1, {many + 9}) n",
    )
    await execute(
        database,
        "insert into waiting_list (id, variant_id, product_id, sku, opened_at) "
        "select gen_random_uuid(), variant_id, variant_id, 'MUG-1', now() from stock_item",
    )

    async with database.session() as session:
        found = await offering._to_serve(session)

    assert len(found) == many, "of the others nothing is free"
