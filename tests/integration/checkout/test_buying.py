"""Hold, details, payment, order: over HTTP, each refusal with nothing changed."""

from __future__ import annotations

from pathlib import Path

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import (
    EMAIL,
    GBP_2200,
    Buyer,
    Counter,
    counter,
    nothing_is_sold,
)
from tests.integration.checkout.shop import (
    Seller,
    add_product,
    add_seller,
    let_expire,
    scalar,
    stock_now,
)


async def test_purchase_becomes_one_order_for_each_merchant(
    database: Database, tmp_path: Path, seller: Seller, product: Product
) -> None:
    other = await add_seller(database, "zafralune", "ZL")
    scarf = await add_product(database, other, ("SCARF",), on_hand=3, price=5000)

    async with counter(database, tmp_path / "books", (seller, product), (other, scarf)) as shop:
        buyer = Buyer(shop)
        await buyer.up_to_details(("SALT", 2), ("SCARF", 1))
        paid = await buyer.pay()
        seen = (await buyer.look()).json()

    body = paid.json()
    assert (paid.status_code, body["status"]) == (200, "paid")
    assert sorted(
        (order["number"][:3], order["seller"]["en"], order["total"]["amount"])
        for order in body["orders"]
    ) == [
        ("LW-", "loamwick", 4400),
        ("ZL-", "zafralune", 5000),
    ]
    assert (seen["status"], seen["orders"]) == ("paid", body["orders"])
    assert await stock_now(database, product) == Stock(50, 0, 2)
    assert await stock_now(database, scarf) == Stock(3, 0, 1)
    assert (
        await scalar(database, "select sum(total) from orders")
        == sum(entry.amount for entry in shop.ledger().values())
        == 9400
    )
    assert (
        await scalar(database, "select count(*) from outbox_event where kind = 'orders.placed.v1'")
        == 2
    )


async def test_checkout_tells_what_was_agreed_and_nothing_of_the_buyer(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.reserve(("SALT", 2))
    answer = await buyer.give_details()

    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["orders"], body["hold_id"]) == ("open", [], buyer.hold["id"])
    assert body["total"] == {"amount": 4400, "currency": "GBP"}
    assert body["expires_at"] == buyer.hold["expires_at"]
    assert [seller["name"]["en"] for seller in body["sellers"]] == ["loamwick"]
    assert body["lines"] == [
        {
            "sku": "SALT",
            "name": {"en": "Thing", "ar": "«Thing»"},
            "options_text": {"en": "Salt", "ar": "«Salt»"},
            "quantity": 2,
            "unit_price": GBP_2200,
            "total": {"amount": 4400, "currency": "GBP"},
            "discount": {"amount": 0, "currency": "GBP"},
            "picture_url": None,
            "seller_id": body["sellers"][0]["id"],
        }
    ]
    assert EMAIL not in answer.text and "High Street" not in answer.text


async def test_price_is_frozen_for_the_life_of_the_hold(
    shop: Counter, seller: Seller, buyer: Buyer, product: Product
) -> None:
    await buyer.reserve(("SALT", 1))
    async with shop.database.session() as session:
        await catalog.set_price(
            session, person=seller.person, variant_id=product.variants[0].id, price=Money(1, "GBP")
        )
    await buyer.give_details()

    assert (await buyer.pay()).json()["orders"][0]["total"] == GBP_2200


async def test_expired_hold_is_refused_at_each_step(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    early, late = Buyer(shop), buyer
    await early.reserve(("SALT", 1))
    await late.up_to_details(("SALT", 1))
    await let_expire(
        shop.database, ids.parse("hold", early.hold["id"]), ids.parse("hold", late.hold["id"])
    )

    refused = [await early.give_details(), await late.give_details(), await late.pay()]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "hold_expired")
    ] * 3
    assert (await late.look()).json()["status"] == "expired"
    assert await scalar(shop.database, "select count(*) from payment") == 0
    await nothing_is_sold(shop, product)
