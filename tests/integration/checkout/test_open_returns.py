"""The desk's list of returns that are not at their end."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from showfloor.kit import clock
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.desk import Desk, as_merchant, sold
from tests.integration.checkout.shop import Seller, add_seller
from tests.integration.checkout.test_returns import prove, withdraw, withdraw_from

PRICE = 2200


async def listed(shop: Counter, **query: str | int) -> list[dict[str, Any]]:
    answer = await shop.client.get("/orders", params={"filter": "returns", **query})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def counted(shop: Counter) -> int:
    counts: dict[str, int] = (await shop.client.get("/orders/counts")).json()["counts"]
    return counts["returns"]


async def test_open_returns_come_with_what_is_overdue_first(shop: Counter, seller: Seller) -> None:
    late, due, waits, ended, kept = [
        await sold(shop, seller, Buyer(shop), ("SALT", 2)) for _ in range(5)
    ]
    await waits.ship()
    await ended.ship()
    await withdraw(shop, late)
    week, month = clock.now() + timedelta(days=7), clock.now() + timedelta(days=30)
    with clock.use(lambda: week):
        for each in (ended, waits, due):
            await withdraw(shop, each)
        await ended.take_back(("SALT", 2, 0, 2))
        await ended.refund(("SALT", 2, 0))
        found = await listed(shop)
    with clock.use(lambda: month):
        overdue = [order["owed"]["is_overdue"] for order in await listed(shop)]
    pages = [await listed(shop, limit=1)]
    for _ in range(3):
        pages.append(await listed(shop, limit=1, cursor=pages[-1][0]["id"]) if pages[-1] else [])

    order_ids = [late.order_id, due.order_id, waits.order_id]
    assert [order["id"] for order in found] == order_ids
    assert [order["owed"]["now"]["amount"] for order in found] == [2 * PRICE, 2 * PRICE, 0]
    assert [order["owed"]["is_overdue"] for order in found] == [False, False, False]
    # What waits for its goods is not overdue.
    assert overdue == [True, True, False]
    assert [[order["id"] for order in page] for page in pages] == [
        *([each] for each in order_ids),
        [],
    ]
    assert await counted(shop) == 3
    assert (await kept.look())["owed"] is None
    sheet = (await shop.client.get("/orders?filter=returns&format=csv")).text
    assert sheet.count("\n") == 4 and ended.order["number"] not in sheet


async def test_return_that_ended_meanwhile_lets_its_reader_read_on(
    shop: Counter, seller: Seller
) -> None:
    first, second = [await sold(shop, seller, Buyer(shop), ("SALT", 1)) for _ in range(2)]
    await withdraw(shop, first)
    await withdraw(shop, second)
    (read,) = await listed(shop, limit=1)
    await first.post("cancel")

    rest = await listed(shop, limit=1, cursor=read["id"])

    assert (read["id"], [order["id"] for order in rest]) == (first.order_id, [second.order_id])


async def test_return_whose_money_went_back_ends_with_the_days_to_send_the_goods(
    shop: Counter, seller: Seller
) -> None:
    """Nobody has to note that they came. Both after the whole order and after some pieces."""
    whole, some, owes = [await sold(shop, seller, Buyer(shop), ("SALT", 2)) for _ in range(3)]
    for desk in (whole, some, owes):
        await desk.ship()
    await withdraw(shop, whole)
    await withdraw_from(shop, some, ("SALT", 1))
    await withdraw(shop, owes)
    await whole.refund()
    await some.refund(("SALT", 1, 0))
    month = clock.now() + timedelta(days=30)

    assert await counted(shop) == 3
    with clock.use(lambda: month):
        assert [order["id"] for order in await listed(shop)] == [owes.order_id]
        assert await counted(shop) == 1


async def test_goods_that_came_before_the_withdrawal_are_not_those_that_are_to_come(
    shop: Counter, seller: Seller
) -> None:
    desk = await sold(shop, seller, Buyer(shop), ("SALT", 4))
    await desk.ship()
    await desk.take_back(("SALT", 1, 0, 1))
    await desk.refund(("SALT", 1, 0))
    await withdraw_from(shop, desk, ("SALT", 1))
    await desk.refund(("SALT", 1, 0))

    assert (await desk.look())["items"][0]["to_return"] == 1
    assert [order["id"] for order in await listed(shop)] == [desk.order_id]


async def test_returns_of_others_are_in_no_list(shop: Counter, seller: Seller) -> None:
    desk = await sold(shop, seller, Buyer(shop), ("SALT", 1))
    await withdraw(shop, desk)
    as_merchant(shop, await add_seller(shop.database, "zafralune", "ZL"))

    assert (await listed(shop), await counted(shop)) == ([], 0)
    assert await listed(shop, cursor=desk.order_id) == []


async def a_step(shop: Counter, desk: Desk, dice: random.Random) -> None:
    """What is refused changes nothing."""
    sku, count = dice.choice(["SALT", "CLAY"]), dice.randint(1, 2)
    wishes = ["ship", "part", "refund", "refund", "sum", "cancel", "back", "back", "prove", "more"]
    match dice.choice(wishes):
        case "ship":
            await desk.ship()
        case "part":
            await desk.ship((sku, 1))
        case "refund":
            await desk.refund((sku, count, dice.randint(0, count)))
        case "sum":
            await desk.refund(amount=dice.choice([100, PRICE, 3 * PRICE]))
        case "cancel":
            await desk.post("cancel")
        case "back":
            await desk.take_back((sku, count, 1, 0), lost=dice.choice([None, 500]))
        case "prove":
            await prove(shop, desk)
        case "more":
            await withdraw_from(shop, desk, (sku, count), after=dice.randint(0, 2))


async def test_database_passes_over_no_open_return(shop: Counter, seller: Seller) -> None:
    """The oracle: every order by itself, as its page says it."""
    desks, is_open = [], []
    for seed in range(10):
        dice = random.Random(seed)
        desk = await sold(shop, seller, Buyer(shop), ("SALT", 2), ("CLAY", 1))
        at = dice.randrange(7)
        for step in range(7):
            if step == at and seed % 2:
                await withdraw(shop, desk)
            elif step == at:
                await withdraw_from(shop, desk, ("SALT", 1))
            await a_step(shop, desk, dice)
        desks.append(desk)

    waits = set()
    for desk in desks:
        order = await desk.look()
        owed = order["owed"]
        if owed and (owed["now"]["amount"] or owed["withheld"]["amount"] or owed["send_back_by"]):
            is_open.append(desk.order_id)
        if any(line["sendable"] for line in order["items"]):
            waits.add(desk.order_id)

    assert {order["id"] for order in await listed(shop)} == set(is_open)
    assert 0 < len(is_open) < len(desks)
    to_send = await shop.client.get("/orders", params={"filter": "to_send"})
    assert {order["id"] for order in to_send.json()["items"]} == waits
