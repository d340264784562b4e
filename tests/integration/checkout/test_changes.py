"""Other lines and quantities in an open hold: all or nothing, until the same deadline."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.checkout import queries
from showfloor.checkout.service.paying import begin
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import OK, SLOW, Buyer, Counter, counter
from tests.integration.checkout.shop import (
    Seller,
    add_product,
    add_seller,
    execute,
    let_expire,
    stock_now,
)
from tests.integration.checkout.test_crashes import order_of
from tests.integration.checkout.test_holds import at
from tests.waiting import until_somebody_waits


async def change(buyer: Buyer, *lines: tuple[str, int], **more: object) -> httpx2.Response:
    body = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines], **more}
    return await buyer.ask("PATCH", f"/holds/{buyer.hold['id']}", body)


async def test_quantities_and_lines_change_with_the_sum(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.reserve(("SALT", 2))

    for _ in range(2):
        changed = await change(buyer, ("SALT", 1), ("CLAY", 3))

    body = changed.json()
    assert changed.status_code == 200
    assert {line["sku"]: line["quantity"] for line in body["lines"]} == {"SALT": 1, "CLAY": 3}
    assert body["total"] == {"amount": 8800, "currency": "GBP"}
    assert (body["expires_at"], body["token"]) == (buyer.hold["expires_at"], buyer.token)
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)
    assert await stock_now(shop.database, product, 1) == Stock(50, 3, 0)
    assert (await change(buyer, ("CLAY", 1))).status_code == 200
    assert await stock_now(shop.database, product) == Stock(50, 0, 0)


async def test_checkout_goes_with_the_hold_and_is_paid_as_changed(
    database: Database, tmp_path: Path, seller: Seller, product: Product
) -> None:
    other = await add_seller(database, "zafralune", "ZL")
    scarf = await add_product(database, other, ("SCARF",), on_hand=3, price=5000)
    async with counter(database, tmp_path / "books", (seller, product), (other, scarf)) as shop:
        buyer = Buyer(shop)
        await buyer.up_to_details(("SALT", 1))

        await change(buyer, ("SALT", 2), ("SCARF", 1))
        seen = (await buyer.look()).json()
        stale = await buyer.pay()
        paid = await buyer.pay(expected_total=seen["total"])

    assert seen["total"] == {"amount": 9400, "currency": "GBP"}
    assert sorted(each["name"]["en"] for each in seen["sellers"]) == ["loamwick", "zafralune"]
    assert (stale.status_code, stale.json()["code"]) == (409, "price_changed")
    assert sorted(order["total"]["amount"] for order in paid.json()["orders"]) == [4400, 5000]
    assert shop.money_moved() == (1, 0)
    assert await stock_now(database, product) == Stock(50, 0, 2)
    assert await stock_now(database, scarf) == Stock(3, 0, 1)


async def test_what_is_held_keeps_its_price(
    shop: Counter, seller: Seller, buyer: Buyer, product: Product
) -> None:
    await buyer.reserve(("SALT", 1))
    for variant in product.variants:
        async with shop.database.session() as session:
            await catalog.set_price(
                session, person=seller.person, variant_id=variant.id, price=Money(100, "GBP")
            )
    shop.app.state.checkout.shelf._loading.clear()

    shown = {"amount": 4400 + 100, "currency": "GBP"}
    refused = await change(buyer, ("SALT", 2), ("CLAY", 1), expected_total={**shown, "amount": 1})
    changed = await change(buyer, ("SALT", 2), ("CLAY", 1), expected_total=shown)

    assert (refused.status_code, refused.json()["total"]) == (409, shown)
    assert changed.json()["total"] == shown


async def test_refused_change_leaves_the_hold_as_it_was(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await execute(shop.database, "update stock_item set on_hand = 3")
    await buyer.reserve(("SALT", 2))
    await Buyer(at(shop, "192.0.2.7")).reserve(("SALT", 1))

    short = await change(buyer, ("SALT", 3), ("CLAY", 1))
    unknown = await change(buyer, ("SALT", 1), ("VASE", 1))
    many = await change(buyer, ("SALT", 11))
    twice = await change(buyer, ("SALT", 1), ("SALT", 1))

    assert (short.status_code, short.json()["code"]) == (409, "sold_out")
    assert short.json()["lines"] == [{"sku": "SALT", "available": 2}]
    assert unknown.json()["skus"] == ["VASE"]
    assert many.json()["code"] == "limit_reached"
    assert twice.json()["fields"] == [{"path": "body/lines/1/sku", "problem": "repeated"}]
    assert (await buyer.ask("GET", f"/holds/{buyer.hold['id']}")).json() == buyer.hold
    assert await stock_now(shop.database, product) == Stock(3, 3, 0)
    assert await stock_now(shop.database, product, 1) == Stock(3, 0, 0)


async def test_limits_of_merchant_and_network_hold_for_changes(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await execute(
        shop.database,
        f"update stock_item set buyer_limit = 2 where variant_id = '{product.variants[1].id}'",
    )
    await buyer.reserve(("SALT", 4), ("CLAY", 1))
    await Buyer(shop).reserve(("SALT", 4))

    crowded = await change(buyer, ("SALT", 10), ("CLAY", 1))
    limited = await change(buyer, ("SALT", 4), ("CLAY", 3))

    assert crowded.json()["code"] == "network_limit_reached"
    assert crowded.json()["lines"] == [{"sku": "SALT", "available": 9}]
    assert limited.json()["code"] == "limit_reached"
    assert (await stock_now(shop.database, product)).held == 8
    assert (await change(buyer, ("SALT", 9), ("CLAY", 2))).status_code == 200


async def test_goods_that_ran_out_go_to_a_hold_that_grows(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await execute(shop.database, "update stock_item set on_hand = 2")
    late = Buyer(shop)
    await late.reserve(("SALT", 1))
    await buyer.reserve(("SALT", 1))
    await let_expire(shop.database, ids.parse("hold", late.hold["id"]))

    assert (await change(buyer, ("SALT", 2))).status_code == 200
    assert await stock_now(shop.database, product) == Stock(2, 2, 0)


async def test_hold_that_is_gone_paid_or_being_paid_does_not_change(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(SLOW)
    paid, expired, stranger = Buyer(shop), Buyer(shop), Buyer(shop)
    await paid.up_to_details(("SALT", 1))
    await paid.pay(OK)
    await expired.reserve(("SALT", 1))
    await let_expire(shop.database, ids.parse("hold", expired.hold["id"]))
    stranger.token, stranger.hold = expired.token, buyer.hold

    codes = [
        (await change(each, ("SALT", 2))).json()["code"]
        for each in (buyer, paid, expired, stranger)
    ]

    assert codes == [
        "payment_in_progress",
        "checkout_closed",
        "hold_expired",
        "hold_token_invalid",
    ]
    assert await stock_now(shop.database, product) == Stock(50, 2, 1)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_hold_does_not_change_while_a_payment_begins(
    shop: Counter, buyer: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Two tabs. Without the lock on the checkout more goods are held than are paid for."""
    await buyer.up_to_details(("SALT", 1))
    if not guard:
        unlocked = queries.checkout_of_hold
        monkeypatch.setattr(
            queries, "checkout_of_hold", lambda session, hold_id, lock: unlocked(session, hold_id)
        )
    async with asyncio.TaskGroup() as tabs, shop.database.transaction() as connection:
        await begin(connection, order_of(shop, buyer, OK, "k" * 16), "test")
        changed = tabs.create_task(change(buyer, ("SALT", 2)))
        await until_somebody_waits(shop.database)

    held = (await stock_now(shop.database, product)).held
    if guard:
        assert (changed.result().json()["code"], held) == ("payment_in_progress", 1)
    else:
        assert (changed.result().status_code, held) == (200, 2)
