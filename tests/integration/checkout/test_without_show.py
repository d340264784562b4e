"""Goods that are held on no show, as a page of a product will: everything after the hold is the
same.

No page but a show's sells yet, so there is no kind of its own: the hold is made where its route
will make it.
"""

from __future__ import annotations

import csv
import io

import pytest

from showfloor.app import wiring
from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.outbox import Dispatcher
from showfloor.ledger import http as ledger_http
from showfloor.ledger.types import Fees
from showfloor.markets.types import SalesContext, SalesKind
from showfloor.stock import service as stock
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import GBP_2200, Buyer, Counter, nothing_is_sold
from tests.integration.checkout.desk import Desk, as_merchant
from tests.integration.checkout.shop import Seller, line, scalar, stock_now, take


@pytest.fixture
async def holding(shop: Counter, buyer: Buyer, product: Product) -> Buyer:
    """Somebody who holds one piece, and whom the API knows by the hold's token alone."""
    context = SalesContext(SalesKind.SHOW, "gb", scope=product.id, show_id=None)
    hold = await take(shop.database, line(product), context=context)
    buyer.hold = {"id": ids.encode("hold", hold.id)}
    buyer.token = stock.hold_token(shop.app.state.checkout.secret, hold.id)
    return buyer


async def test_hold_without_a_show_becomes_an_order(
    shop: Counter, holding: Buyer, product: Product, seller: Seller
) -> None:
    path = f"/holds/{holding.hold['id']}"
    held = await holding.ask("GET", path)
    two = await holding.ask("PATCH", path, {"lines": [{"sku": "SALT", "quantity": 2}]})
    quote = await holding.ask("GET", f"{path}/quote?country=GB")
    assert (await holding.give_details()).status_code == 201
    paid = (await holding.pay()).json()

    assert held.json()["total"] == GBP_2200
    assert two.json()["total"] == {"amount": 4400, "currency": "GBP"}
    assert quote.json()["total"] == two.json()["total"]
    assert paid["status"] == "paid"
    assert await stock_now(shop.database, product) == Stock(50, 0, 2)
    assert await scalar(shop.database, "select count(*) from orders where show_id is null") == 1
    as_merchant(shop, seller)
    desk = Desk(shop, paid["orders"][0]["id"])
    assert (await desk.look())["show_id"] is None
    sheet = (await shop.client.get("/orders?format=csv")).text
    [row] = csv.DictReader(io.StringIO(sheet, newline=""))
    assert (row["show_id"], row["quantity"]) == ("", "2")
    assert (await desk.ship()).status_code == 200


async def test_books_of_an_order_without_a_show_name_no_host(
    shop: Counter, holding: Buyer, seller: Seller
) -> None:
    shop.app.include_router(ledger_http.router)
    await holding.give_details()
    paid = (await holding.pay()).json()
    dispatcher = Dispatcher(shop.database)
    wiring.connect_worker(dispatcher, Fees(platform_rate=500, provider_rate=150, provider_fixed=25))
    while await dispatcher.drain():
        pass
    as_merchant(shop, seller)

    entries = (await shop.client.get("/ledger/entries")).json()["items"]

    assert {entry["order_id"] for entry in entries} == {paid["orders"][0]["id"]}
    assert "commission" not in {entry["kind"] for entry in entries}
    assert (
        await scalar(shop.database, "select count(*) from ledger_order where show_id is null") == 1
    )


async def test_hold_without_a_show_takes_nothing_new_in(
    shop: Counter, holding: Buyer, product: Product
) -> None:
    lines = [{"sku": "SALT", "quantity": 1}, {"sku": "CLAY", "quantity": 1}]

    refused = await holding.ask("PATCH", f"/holds/{holding.hold['id']}", {"lines": lines})

    assert (refused.status_code, refused.json()["code"]) == (409, "not_for_sale")
    assert refused.json()["skus"] == ["CLAY"]
    held = (await holding.ask("GET", f"/holds/{holding.hold['id']}")).json()
    assert [each["sku"] for each in held["lines"]] == ["SALT"]
    assert await stock_now(shop.database, product, index=1) == Stock(50, 0, 0)
    await nothing_is_sold(shop, product)
