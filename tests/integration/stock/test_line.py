"""Free pieces are kept for people who wait in line, in each statement that takes some; and its
twin without that, which takes them.
"""

from __future__ import annotations

import asyncio
from typing import LiteralString
from uuid import UUID

import pytest

from showfloor.catalog.types import Product
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.markets.types import SalesContext
from showfloor.stock import queries, service
from showfloor.stock.errors import SoldOut
from showfloor.stock.queries import MARGINS, RESERVE, RESERVE_BATCH, apart, changes
from showfloor.stock.queries import line as line_queries
from showfloor.stock.types import Lease, Shelf, Stock
from tests.guards import guarded
from tests.integration.checkout.shop import (
    add_product,
    add_seller,
    execute,
    let_expire,
    line,
    scalar,
    stock_now,
    take,
)
from tests.integration.stock.test_guard import wanted
from tests.waiting import until_somebody_waits


def without_line(statement: LiteralString) -> LiteralString:
    other = statement.replace(" - waiting", "")
    assert other != statement
    return other


@pytest.fixture
async def goods(database: Database) -> Product:
    """Two pieces are free, and somebody waits for one."""
    product = await add_product(database, await add_seller(database), on_hand=2)
    async with database.session() as session:
        await service.set_waiting(session, product.variants[0].id, 1)
    return product


@guarded
async def test_buyer_gets_what_nobody_waits_for(
    database: Database, goods: Product, guard: bool
) -> None:
    statement = RESERVE if guard else without_line(RESERVE)

    first = await queries.reserve(database, wanted(goods), statement)
    second = await queries.reserve(database, wanted(goods), statement)

    assert first.expires_at is not None
    assert (second.expires_at is None) is guard
    assert (await stock_now(database, goods)).held == (1 if guard else 2)
    if guard:
        assert second.short == {goods.variants[0].id: 0}


@guarded
async def test_crowd_gets_what_nobody_waits_for(
    database: Database, goods: Product, guard: bool
) -> None:
    scope = ids.new()
    crowd = [wanted(goods, scope) for _ in range(3)]

    results = await queries.reserve_batch(
        database, crowd, RESERVE_BATCH if guard else without_line(RESERVE_BATCH)
    )

    held = [each for each in results if each is not None and each.expires_at is not None]
    assert len(held) == (1 if guard else 2)
    assert (await stock_now(database, goods)).held == len(held)


@guarded
async def test_more_in_a_hold_is_what_nobody_waits_for(
    database: Database, goods: Product, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guard:
        monkeypatch.setattr(changes, "MARGINS", without_line(MARGINS))
    hold = await take(database, line(goods), scope=ids.new())

    async with database.transaction() as connection:
        locked = await service.lock_hold(connection, hold.id)
        assert locked is not None
        if guard:
            with pytest.raises(SoldOut):
                await service.change_lines(connection, locked, [line(goods, 2)])
        else:
            await service.change_lines(connection, locked, [line(goods, 2)])

    assert (await stock_now(database, goods)).held == (1 if guard else 2)


@guarded
async def test_drop_sets_apart_what_nobody_waits_for(
    database: Database, goods: Product, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guard:
        monkeypatch.setattr(apart.StockItemRow, "waiting", 0)
    variant = goods.variants[0].id

    async with database.session() as session:
        both = await service.set_apart(session, ids.new(), variant_id=variant, units=2)
        one = await service.set_apart(session, ids.new(), variant_id=variant, units=1)

    assert (both, one) == ((False, True) if guard else (True, False))


async def test_piece_is_held_for_who_is_first(database: Database, goods: Product) -> None:
    context, now = SalesContext.in_show(ids.new(), "gb"), clock.now()
    until = now.replace(microsecond=0)
    async with database.session() as session:
        held = [
            await service.hold_for_first(
                session, context=context, wanted=line(goods), now=now, until=until
            )
            for _ in range(3)
        ]

    assert [each is not None for each in held] == [True, True, False]
    assert held[0] is not None
    async with database.transaction() as connection:
        found = await service.get_hold(connection, held[0].id)
    assert found is not None
    assert (found.lines, found.expires_at, found.context) == (held[0].lines, until, context)


async def release_held(database: Database, hold_id: UUID) -> bool:
    async with database.session() as session:
        return await service.release_held(session, hold_id)


@guarded
async def test_goods_are_not_taken_from_a_payment_that_began_meanwhile(
    database: Database, goods: Product, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at once the lines are locked."""

    async def none(*_: object) -> set[UUID]:
        return set()

    if not guard:
        monkeypatch.setattr(line_queries, "being_paid", none)
    hold = await take(database, line(goods), scope=ids.new())

    async with database.transaction() as connection:
        await service.ask_extended(connection, hold.id).answer()
        leaving = asyncio.ensure_future(release_held(database, hold.id))
        await until_somebody_waits(database)

    assert await leaving is not guard
    assert (await stock_now(database, goods)).held == (1 if guard else 0)


async def test_goods_go_once_the_payment_was_declined(database: Database, goods: Product) -> None:
    hold = await take(database, line(goods), scope=ids.new())
    async with database.transaction() as connection:
        await service.ask_extended(connection, hold.id).answer()
    async with database.session() as session:
        assert await service.being_paid(session, [hold.id]) == {hold.id}
    async with database.transaction() as connection:
        await service.withdraw_extension(connection, hold.id)

    assert await release_held(database, hold.id)

    assert (await stock_now(database, goods)).held == 0


def left_to_do(session: Session) -> set[str]:
    """As of a connection, for what a session leaves to the worker (kit/notify.py)."""
    names: set[str] = session.info.get("notify.woken", set())
    return names


async def test_worker_is_woken_when_a_hold_ends(database: Database, goods: Product) -> None:
    """Not when a purchase takes back by itself what ran out (RESERVE, RECLAIM): what it leaves
    waits for the job, which looks by itself.
    """
    given_back = await take(database, line(goods), scope=ids.new())
    async with database.transaction() as connection:
        await service.release(connection, given_back.id)
        assert connection.left_to_do == {service.FREED}

    ran_out = await take(database, line(goods), scope=ids.new())
    await let_expire(database, ran_out.id)
    async with database.transaction() as connection:
        assert await service.release_expired(connection) == 1
        assert connection.left_to_do == {service.FREED}
    async with database.transaction() as connection:
        assert await service.release_expired(connection) == 0
        assert connection.left_to_do == set(), "nothing is free that was not"

    left = await take(database, line(goods), scope=ids.new())
    async with database.session() as session:
        await service.release_held(session, left.id)
        assert left_to_do(session) == {service.FREED}


async def test_worker_is_woken_when_a_hold_has_fewer(database: Database, goods: Product) -> None:
    variant = goods.variants[0].id
    async with database.session() as session:
        await service.set_waiting(session, variant, 0)
    seller = await add_seller(database, "orla", "OR")
    other = await add_product(database, seller, ["CUP"], on_hand=2)
    hold = await take(database, line(goods, 2), line(other), scope=ids.new())
    for lines, is_woken in (
        ([line(goods, 2), line(other)], False),
        ([line(goods, 1), line(other)], True),
        ([line(goods, 2), line(other)], False),
        ([line(goods, 2)], True),
    ):
        async with database.transaction() as connection:
            locked = await service.lock_hold(connection, hold.id)
            assert locked is not None
            await service.change_lines(connection, locked, lines)
            assert connection.left_to_do == ({service.FREED} if is_woken else set())


async def test_worker_is_woken_when_a_drop_gives_its_pieces_back(
    database: Database, goods: Product
) -> None:
    apart_id, variant = ids.new(), goods.variants[0].id
    async with database.session() as session:
        assert await service.set_apart(session, apart_id, variant_id=variant, units=1)
        assert left_to_do(session) == set()
    async with database.session() as session:
        assert await service.put_apart_back(session, apart_id) == 1
        assert left_to_do(session) == {service.FREED}
    async with database.session() as session:
        assert await service.put_apart_back(session, apart_id) == 0
        assert left_to_do(session) == set()


async def test_worker_is_woken_when_more_pieces_are_there(
    database: Database, goods: Product
) -> None:
    variant = goods.variants[0].id
    hold = await take(database, line(goods), scope=ids.new())
    async with database.transaction() as connection:
        locked = await service.lock_hold(connection, hold.id)
        assert locked is not None
        await service.settle(connection, locked)
        assert connection.left_to_do == set(), "a sale frees nothing"

    async with database.session() as session:
        await service.take_counts(session, counts={variant: 5})
        assert service.FREED in left_to_do(session)
    async with database.session() as session:
        await service.put_back(session, {variant: 1})
        assert service.FREED in left_to_do(session)


async def test_fewer_than_nobody_never_wait(database: Database, goods: Product) -> None:
    """A check that was added without reading the table, under whose lock nobody buys."""
    was_read = "select convalidated from pg_constraint where conname = 'ck_stock_item_waiting'"
    assert await scalar(database, was_read) is False

    with pytest.raises(Exception, match="ck_stock_item_waiting"):
        await execute(database, "update stock_item set waiting = -1")

    assert (await stock_now(database, goods)).waiting == 1


async def test_stock_says_how_many_wait(database: Database, goods: Product) -> None:
    async with database.session() as session:
        found = (await service.stock_of(session, [goods.variants[0].id]))[goods.variants[0].id]

    assert (found.available, found.waiting, found.for_sale) == (2, 1, 1)
    assert Stock(5, 5, 0, waiting=3).for_sale == 0
    assert Shelf(Stock(7, 0, 0, waiting=3)).for_own_shop == 4
    kept = Lease(5, 0, clock.now())
    assert Shelf(Stock(7, 0, 0, waiting=3), kept).for_own_shop == 2, "they are among those"
