"""What a purchase sends on the chance that it is the usual case, and what happens if it is not."""

from __future__ import annotations

import asyncio

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import service
from showfloor.identity.types import Admission, CollectionPoint
from showfloor.kit import clock, ids
from showfloor.kit.db import Connection
from showfloor.orders.queries import agreed
from showfloor.orders.types import Address
from showfloor.orders.types import Buyer as Person
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import ADDRESS, DECLINED, EMAIL, OK, Buyer, Counter
from tests.integration.checkout.shop import scalar, stock_now
from tests.integration.checkout.test_guards import guarded
from tests.waiting import until_somebody_waits


@guarded
async def test_repeated_answer_leaves_the_goods_their_deadline(
    shop: Counter, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The deadline is moved together with the look; whoever only hears again takes that back."""
    if not guard:
        monkeypatch.setattr(Connection, "undo", lambda connection: None)
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay(DECLINED, key="d" * 16)).json()["status"] == "declined"
    deadline = await scalar(shop.database, "select expires_at from hold")

    again = await buyer.pay(DECLINED, key="d" * 16)

    assert again.json()["status"] == "declined"
    assert (await scalar(shop.database, "select expires_at from hold") == deadline) is guard
    assert await scalar(shop.database, "select not extended from hold") is guard


async def test_order_number_that_is_taken_costs_another_try_and_no_other_charge(
    shop: Counter, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([12_345_678, 12_345_678, 12_345_678, 23_456_789])
    monkeypatch.setattr(agreed, "_draw_number", lambda: next(drawn))
    first, second = Buyer(shop), Buyer(shop)
    for buyer in (first, second):
        await buyer.up_to_details(("SALT", 1))

    paid = [(await buyer.pay()).json() for buyer in (first, second)]

    assert [each["status"] for each in paid] == ["paid", "paid"]
    assert next(drawn, None) is None
    assert await scalar(shop.database, "select count(distinct number) from orders") == 2
    placed = "select count(*) from outbox_event where kind like 'orders.%'"
    assert await scalar(shop.database, placed) == 2
    assert shop.money_moved() == (2, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 2)


async def test_details_of_two_tabs_at_once_open_one_checkout(shop: Counter, buyer: Buyer) -> None:
    """The second finds no checkout, writes one, and waits for the first to be committed."""
    await buyer.reserve(("SALT", 1))
    hold_id = ids.parse("hold", buyer.hold["id"])
    deps = shop.app.state.checkout
    async with shop.database.transaction() as connection:
        asked = service.ask_opening(connection, hold_id)
        first = await service.open_checkout(
            connection,
            deps.shelf,
            admission=Admission(CollectionPoint.GUEST_CHECKOUT, clock.now()),
            asked=asked,
            buyer=Person("first@example.com", Address(**{"line2": None, **ADDRESS}), "en"),
        )
        await connection.fetch()
        second = asyncio.create_task(buyer.give_details())
        await until_somebody_waits(shop.database)

    answer = await second

    assert answer.status_code == 201
    assert answer.json()["id"] == ids.encode("chk", first.checkout.id)
    assert await scalar(shop.database, "select count(*) from checkout") == 1
    assert await scalar(shop.database, "select email from checkout") == EMAIL
    assert (await buyer.pay(OK)).json()["status"] == "paid"


async def test_same_details_twice_at_once_get_one_answer(shop: Counter, buyer: Buyer) -> None:
    await buyer.reserve(("SALT", 1))

    answers = await asyncio.gather(*(buyer.give_details(key="k" * 16) for _ in range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await scalar(shop.database, "select count(*) from checkout") == 1
    assert await scalar(shop.database, "select count(*) from idempotent_answer") == 1
