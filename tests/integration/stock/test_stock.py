"""Taking, giving back, running out, extending and selling on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from showfloor.catalog.errors import VariantNotFound
from showfloor.kit import ids
from showfloor.kit.db import Connection, Database
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.money import Money
from showfloor.stock import service, tasks
from showfloor.stock.errors import HoldExpired, HoldSettled, LimitReached, SoldOut, StockCommitted
from showfloor.stock.types import LineState, Stock
from tests.integration.checkout.shop import (
    add_product,
    add_seller,
    let_expire,
    line,
    person,
    scalar,
    stock_now,
    take,
)
from tests.waiting import until_somebody_waits

SHOW = ids.new()


async def settle(connection: Connection, hold_id: UUID) -> None:
    hold = await service.lock_hold(connection, hold_id)
    assert hold is not None
    await service.settle(connection, hold)


async def test_hold_takes_its_pieces_and_freezes_its_price(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"), on_hand=5)

    hold = await take(database, line(product, 2), line(product, 3, index=1, price=100), scope=SHOW)

    assert hold.total == Money(4700, "GBP")
    assert await stock_now(database, product) == Stock(on_hand=5, held=2, sold=0)
    async with database.transaction() as session:
        stored = await service.get_hold(session, hold.id)
    assert stored is not None
    assert set(stored.lines) == set(hold.lines)
    assert (stored.total, stored.expires_at, stored.state) == (
        hold.total,
        hold.expires_at,
        LineState.HELD,
    )
    assert (
        await scalar(database, "select extract(epoch from expires_at - created_at)::int from hold")
        == 300
    )


async def test_hold_that_falls_short_in_one_line_takes_nothing(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"), on_hand=2)

    with pytest.raises(SoldOut) as refused:
        await take(database, line(product, 1), line(product, 3, index=1), scope=SHOW)

    assert refused.value.extra == {"lines": [{"sku": "B", "available": 2}]}
    assert (
        await stock_now(database, product)
        == await stock_now(database, product, 1)
        == Stock(2, 0, 0)
    )
    assert await scalar(database, "select count(*) from hold") == 0


async def test_same_key_gets_the_first_hold_again(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=1)
    first = await take(database, line(product), scope=SHOW, key="k" * 16)

    assert await take(database, line(product), scope=SHOW, key="k" * 16) == first
    with pytest.raises(IdempotencyConflict):
        await take(database, line(product, 2), scope=SHOW, key="k" * 16)
    assert await stock_now(database, product) == Stock(1, 1, 0)


async def test_same_key_at_once_takes_once(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"), on_hand=50)

    for key in (str(number) * 16 for number in range(10)):
        holds = await asyncio.gather(
            *(
                take(database, line(product), line(product, 1, 1), scope=SHOW, key=key)
                for _ in range(8)
            )
        )
        assert len({hold.id for hold in holds}) == 1

    assert (
        await stock_now(database, product)
        == await stock_now(database, product, 1)
        == Stock(50, 10, 0)
    )
    assert await scalar(database, "select count(*) from hold_line") == 20


async def test_same_key_at_once_for_the_last_piece_gets_it_every_time(database: Database) -> None:
    """The second request waits behind the first, and finds nothing left but its own hold."""
    seller = await add_seller(database)

    for number in range(10):
        product = await add_product(database, seller, (f"LAST-{number}",), on_hand=1)
        holds = await asyncio.gather(
            *(take(database, line(product), scope=SHOW, key=str(number) * 16) for _ in range(4))
        )
        assert len({hold.id for hold in holds}) == 1


async def test_same_key_at_once_for_other_goods_takes_once(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"))

    answers = await asyncio.gather(
        *(take(database, line(product, 1, index), scope=SHOW, key="k" * 16) for index in (0, 1)),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Hold", "IdempotencyConflict"]
    assert (await stock_now(database, product)).held + (
        await stock_now(database, product, 1)
    ).held == 1


async def test_key_of_another_show_is_another_key(database: Database) -> None:
    product = await add_product(database, await add_seller(database))

    first = await take(database, line(product), scope=SHOW, key="k" * 16)
    second = await take(database, line(product), scope=ids.new(), key="k" * 16)

    assert first.id != second.id


async def test_sixth_open_hold_of_a_guest_is_refused(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    first = await take(database, line(product), scope=SHOW)
    others = [await take(database, line(product), scope=SHOW, previous=first.id) for _ in range(4)]

    with pytest.raises(LimitReached):
        await take(database, line(product), scope=SHOW, previous=others[-1].id)

    assert (await stock_now(database, product)).held == 5
    await take(database, line(product), scope=ids.new(), previous=first.id)
    await let_expire(database, first.id)
    await take(database, line(product), scope=SHOW, previous=first.id)


async def test_expired_hold_is_taken_by_the_next_buyer_without_a_worker(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=3)
    early = [await take(database, line(product), scope=SHOW) for _ in range(3)]
    with pytest.raises(SoldOut):
        await take(database, line(product), scope=SHOW)
    await let_expire(database, early[0].id, early[1].id)

    await take(database, line(product, 2), scope=SHOW)

    assert await stock_now(database, product) == Stock(3, 3, 0)
    with pytest.raises(SoldOut):
        await take(database, line(product), scope=SHOW)


async def test_expired_hold_is_left_alone_while_there_is_enough(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=3)
    early = await take(database, line(product), scope=SHOW)
    await let_expire(database, early.id)

    await take(database, line(product), scope=SHOW)

    async with database.transaction() as session:
        assert (await service.get_hold(session, early.id)).state is LineState.HELD  # type: ignore[union-attr]


async def test_hold_that_lost_one_line_is_lost(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"), on_hand=1)
    early = await take(database, line(product), line(product, 1, 1), scope=SHOW)
    await let_expire(database, early.id)
    await take(database, line(product), scope=SHOW)

    async with database.transaction() as session:
        with pytest.raises(HoldExpired):
            await settle(session, early.id)
    await tasks.release_expired(database)

    assert await stock_now(database, product) == Stock(1, 1, 0)
    assert await stock_now(database, product, 1) == Stock(1, 0, 0)


async def test_worker_returns_what_ran_out_and_nothing_else(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"))
    kept = await take(database, line(product, 2), scope=SHOW)
    gone = [await take(database, line(product), line(product, 4, 1), scope=SHOW) for _ in range(3)]
    await let_expire(database, *(hold.id for hold in gone))

    await tasks.release_expired(database)

    assert await stock_now(database, product) == Stock(50, 2, 0)
    assert await stock_now(database, product, 1) == Stock(50, 0, 0)
    async with database.transaction() as session:
        assert (await service.get_hold(session, kept.id)).state is LineState.HELD  # type: ignore[union-attr]


async def test_hold_is_extended_once_by_two_minutes(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    hold = await take(database, line(product), scope=SHOW)

    async with database.transaction() as session:
        first = await service.ask_extended(session, hold.id).answer()
        again = await service.ask_extended(session, hold.id).answer()

    assert (first.expires_at - hold.expires_at).total_seconds() == 120
    assert again.expires_at == first.expires_at
    assert await scalar(
        database,
        "select count(*) from hold_line join hold on hold.id = hold_id and hold.expires_at = "
        "hold_line.expires_at",
    )


async def test_expired_hold_is_not_extended(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    hold = await take(database, line(product), scope=SHOW)
    await let_expire(database, hold.id)

    async with database.transaction() as session:
        with pytest.raises(HoldExpired):
            await service.ask_extended(session, hold.id).answer()
        with pytest.raises(HoldExpired):
            await service.ask_extended(session, ids.new()).answer()


async def test_extension_that_came_first_wins_over_the_next_buyer(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=1)
    hold = await take(database, line(product), scope=SHOW)
    await let_expire(database, hold.id)

    async with database.transaction() as session:
        await service.lock_hold(session, hold.id)
        with pytest.raises(SoldOut):
            await take(database, line(product), scope=SHOW)
        await tasks.release_expired(database)
        await settle(session, hold.id)

    assert await stock_now(database, product) == Stock(1, 0, 1)


async def test_settled_hold_is_sold_for_good(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=3)
    hold = await take(database, line(product, 2), scope=SHOW)
    async with database.transaction() as session:
        await settle(session, hold.id)
    await let_expire(database, hold.id)
    await tasks.release_expired(database)

    assert await stock_now(database, product) == Stock(3, 0, 2)
    async with database.transaction() as session:
        with pytest.raises(HoldExpired):
            await settle(session, hold.id)
        with pytest.raises(HoldSettled):
            await service.release(session, hold.id)
    assert await stock_now(database, product) == Stock(3, 0, 2)


async def test_released_hold_gives_back_once(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    hold = await take(database, line(product, 2), scope=SHOW)

    for _ in range(2):
        async with database.transaction() as session:
            await service.release(session, hold.id)

    assert await stock_now(database, product) == Stock(50, 0, 0)


async def test_on_hand_never_falls_below_what_is_promised(database: Database) -> None:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=3)
    await take(database, line(product, 2), scope=SHOW)

    async with database.session() as session:
        for on_hand in (1, -1):
            with pytest.raises(StockCommitted):
                await service.set_on_hand(
                    session,
                    person=seller.person,
                    variant_id=product.variants[0].id,
                    on_hand=on_hand,
                )
        with pytest.raises(VariantNotFound):
            await service.set_on_hand(
                session, person=person(ids.new()), variant_id=product.variants[0].id, on_hand=9
            )
        await service.set_on_hand(
            session, person=seller.person, variant_id=product.variants[0].id, on_hand=2
        )
    assert await stock_now(database, product) == Stock(2, 2, 0)


async def test_old_holds_are_forgotten_but_not_while_they_hold(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    hold = await take(database, line(product), scope=SHOW)
    for _ in range(49):
        await let_expire(database, hold.id)

    await tasks.forget_old_holds(database)
    assert await scalar(database, "select count(*) from hold") == 1
    await tasks.release_expired(database)
    await tasks.forget_old_holds(database)
    assert await scalar(database, "select count(*) from hold_line") == 0


async def test_goods_that_come_back_while_a_buyer_waits_are_sold(database: Database) -> None:
    """The buyer's statement saw everything held, waits for the row, and finds it free: PostgreSQL
    would call that oversold at first.
    """
    product = await add_product(database, await add_seller(database), on_hand=4)
    early = await take(database, line(product, 4), scope=SHOW)
    await let_expire(database, early.id)

    async with database.transaction() as session:
        await service.release(session, early.id)
        await session.fetch()  # sends what would else go with the commit
        buyer = asyncio.create_task(take(database, line(product), scope=SHOW))
        await until_somebody_waits(database)

    assert (await buyer).state is LineState.HELD
    assert await stock_now(database, product) == Stock(4, 1, 0)
