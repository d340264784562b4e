"""What merchants, hosts and nobody else may see of what was sold; and how a buyer is forgotten."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from showfloor.catalog.types import Product
from showfloor.checkout.eraser import ERASER as CHECKOUT_ERASER
from showfloor.identity.errors import RoleMissing
from showfloor.identity.http import get_person
from showfloor.identity.service import admit
from showfloor.identity.types import CollectionPoint, Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.http import on_app_error
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext
from showfloor.orders import http, queries, service
from showfloor.orders.eraser import ERASER
from showfloor.orders.types import Address, Buyer, Item, NewOrder, Order, OrderFilter, OrderSearch
from showfloor.orders.types import Seller as OrderSeller
from showfloor.privacy.types import Subject
from tests.integration.checkout.counter import open_hosted_show
from tests.integration.checkout.shop import Seller, add_product, add_seller, execute, person, scalar

BUYER = Buyer("Anna@Example.com", Address("Anna", "1 High Street", None, "London", "N1 1AA", "GB"))


@dataclass
class House:
    """Two merchants in one show, and who is asking."""

    database: Database
    first: Seller
    second: Seller
    product: Product
    show_id: UUID
    host: Person
    client: httpx2.AsyncClient
    app: FastAPI

    def as_person(self, somebody: Person) -> None:
        self.app.dependency_overrides[get_person] = lambda: somebody


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    first, second = await add_seller(database), await add_seller(database, "zafralune", "ZL")
    product = await add_product(database, first, ("SALT",))
    show_id, host = await open_hosted_show(database, (first, product))
    app = FastAPI()
    app.state.database = database
    app.add_exception_handler(AppError, on_app_error)
    app.include_router(http.router)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://shop.test/api/v1"
    ) as client:
        yield House(database, first, second, product, show_id, host, client, app)


async def sell(
    house: House,
    seller: Seller,
    *,
    checkout_id: UUID | None = None,
    quantity: int = 2,
    buyer: Buyer = BUYER,
) -> Order:
    variant = house.product.variants[0]
    text = {"en": "Thing", "ar": "شيء"}
    item = Item(
        variant.id,
        house.product.id,
        variant.sku,
        text,
        text,
        quantity,
        Money(2200, "GBP"),
        "/salt.webp",
    )
    merchant = OrderSeller(seller.merchant.id, seller.merchant.name, seller.merchant.order_prefix)
    context = SalesContext.in_show(house.show_id, "gb")
    order = NewOrder(checkout_id or ids.new(), context, merchant, (item,), "GBP", buyer)
    async with house.database.transaction() as connection:
        await service.place(
            connection, admission=admit(CollectionPoint.GUEST_CHECKOUT, adult=True), orders=[order]
        )
        found = await service.list_of_checkout(connection, order.checkout_id)
    return next(one for one in found if one.merchant_id == seller.merchant.id)


async def test_order_keeps_what_was_agreed(house: House) -> None:
    order = await sell(house, house.first)
    await execute(house.database, "update product set name = '{}'")
    await execute(house.database, "update merchant set name = '{}'")

    house.as_person(house.first.person)
    answer = await house.client.get(f"/orders/{ids.encode('ord', order.id)}")

    body = answer.json()
    assert re.fullmatch(r"LW-\d{8}", body["number"])
    assert body["seller"] == {"en": "loamwick", "ar": "«loamwick»"}
    assert body["total"] == {"amount": 4400, "currency": "GBP"}
    assert body["show_id"] == ids.encode("show", house.show_id)
    assert body["sold_in"] == {"kind": "show", "market": "gb"}
    assert body["items"] == [
        {
            "sku": "SALT",
            "name": {"en": "Thing", "ar": "شيء"},
            "options_text": {"en": "Thing", "ar": "شيء"},
            "quantity": 2,
            "unit_price": {"amount": 2200, "currency": "GBP"},
            "full": {"amount": 4400, "currency": "GBP"},
            "discount": {"amount": 0, "currency": "GBP"},
            "total": {"amount": 4400, "currency": "GBP"},
            "picture_url": "/salt.webp",
            "sent": 0,
            "refunded": 0,
            "to_send": 2,
            "returned": 0,
            "withdrawn": 0,
            "to_return": 0,
            "sendable": 2,
            "standing": 2,
            "no_withdrawal": None,
            "may_be_withdrawn": True,
        }
    ]
    assert body["terms"] == []
    assert body["buyer"]["email"] == "Anna@Example.com"
    assert body["buyer"]["address"]["line1"] == "1 High Street"


async def test_order_is_placed_once_with_each_merchant_of_a_checkout(house: House) -> None:
    checkout_id = ids.new()
    first = await sell(house, house.first, checkout_id=checkout_id)
    again = await sell(house, house.first, checkout_id=checkout_id)
    other = await sell(house, house.second, checkout_id=checkout_id)

    assert first == again
    assert other.number != first.number
    assert await scalar(house.database, "select count(*) from orders") == 2
    assert await scalar(house.database, "select count(*) from order_line") == 2
    assert (
        await scalar(
            house.database, "select count(*) from outbox_event where kind = 'orders.placed.v1'"
        )
        == 2
    )


async def test_number_that_is_taken_is_drawn_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([12_345_678, 12_345_678, 23_456_789])
    monkeypatch.setattr(queries.agreed, "_draw_number", lambda: next(drawn))

    first = await sell(house, house.first, checkout_id=ids.new())
    second = await sell(house, house.first, checkout_id=ids.new())

    assert (first.number, second.number) == ("LW-12345678", "LW-23456789")


async def test_event_tells_nothing_of_the_buyer(house: House) -> None:
    await sell(house, house.first)

    payload = str(
        await scalar(
            house.database, "select payload::text from outbox_event where kind = 'orders.placed.v1'"
        )
    )

    assert "4400" in payload
    assert not any(word in payload for word in ("Anna", "Example", "Street", "London"))


async def test_foreign_order_is_not_found(house: House) -> None:
    order = await sell(house, house.first)
    path = f"/orders/{ids.encode('ord', order.id)}"

    for somebody in (house.second.person, house.host, person()):
        house.as_person(somebody)
        assert (await house.client.get(path)).json()["code"] == "order_not_found"
        assert (await house.client.get("/orders")).json() == {"items": [], "next_cursor": None}
    assert (await house.client.get("/orders/ord_1")).status_code == 404


async def test_list_is_newest_first_in_pages_without_buyers(house: House) -> None:
    placed = [ids.encode("ord", (await sell(house, house.first)).id) for _ in range(3)]
    await sell(house, house.second)
    house.as_person(house.first.person)

    first = (await house.client.get("/orders", params={"limit": 2})).json()
    second = (
        await house.client.get("/orders", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()

    assert [order["id"] for order in first["items"] + second["items"]] == placed[::-1]
    assert second["next_cursor"] is None
    assert "buyer" not in first["items"][0]


async def test_late_orders_come_in_pages_by_what_was_agreed(house: House) -> None:
    """The order of the deadlines is not that in which they were placed, and two are the same."""
    placed = [await sell(house, house.first) for _ in range(6)]
    now = clock.now()
    agreed = [now - timedelta(hours=hours) for hours in (1, 3, 2, 2)] + [now + timedelta(hours=1)]
    async with house.database.session() as session:
        for order, moment in zip(placed, agreed, strict=False):
            said = text("update orders set send_by = :moment where id = :id")
            await session.execute(said, {"moment": moment, "id": order.id})
    house.as_person(house.first.person)
    late = [ids.encode("ord", placed[at].id) for at in (1, 2, 3, 0)]

    found, query = [], {"filter": "late", "limit": "1"}
    while True:
        page = (await house.client.get("/orders", params=query)).json()
        found += [(order["id"], order["send_by"]) for order in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert [order_id for order_id, _ in found] == late
    assert found[0][1] == clock.rfc3339(agreed[1])
    counts = (await house.client.get("/orders/counts")).json()["counts"]
    assert (counts["late"], counts["to_send"]) == (4, 6)
    # Where nothing was agreed, three days are.
    with clock.use(lambda: now + timedelta(days=3, minutes=1)):
        assert (await house.client.get("/orders/counts")).json()["counts"]["late"] == 6


async def test_orders_cost_six_queries_for_one_and_for_three(house: House) -> None:
    counted: list[str] = []
    event.listen(
        house.database.engine.sync_engine,
        "before_cursor_execute",
        lambda *args: counted.append(args[2]),
    )

    for _ in range(2):
        await sell(house, house.first)
        counted.clear()
        async with house.database.session() as session:
            await service.list_own_orders(session, person=house.first.person)
        assert len(counted) == 6
        await sell(house, house.first)


async def test_file_of_orders_holds_the_own_ones_as_harmless_text(house: House) -> None:
    formula = Buyer(
        "=1@example.com", Address("=HYPERLINK(1)", "1, High Street", None, "London", "N1", "GB")
    )
    own = await sell(house, house.first, buyer=formula)
    await sell(house, house.second)
    house.as_person(house.first.person)

    answer = await house.client.get("/orders?format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="orders-')
    assert answer.text.startswith("\ufeff")
    header, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    found = dict(zip(header, row, strict=True))
    assert (found["order"], found["quantity"]) == (own.number, "2")
    assert found["withdrawn_at"] == ""
    assert (found["name"], found["line1"]) == ("'=HYPERLINK(1)", "1, High Street")
    assert found["email"] == "'=1@example.com"


async def test_file_of_orders_says_what_was_withdrawn(house: House) -> None:
    own = await sell(house, house.first)
    secret = b"s" * 32
    async with house.database.session() as session:
        token = service.page_token(secret, own.id)
        await service.withdraw(session, secret=secret, token=token)
        found = await service.find_order(session, own.id)
    house.as_person(house.first.person)

    answer = await house.client.get("/orders?format=csv")

    header, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert found is not None and found.withdrawn_at is not None
    assert dict(zip(header, row, strict=True))["withdrawn_at"] == clock.rfc3339(found.withdrawn_at)


async def test_file_of_orders_is_whole_beyond_one_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.listing, "_WALKED", 2)
    sold = [(await sell(house, house.first)).number for _ in range(5)]
    house.as_person(house.first.person)

    answer = await house.client.get("/orders?format=csv")

    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert [row[0] for row in rows[1:]] == sold[::-1]


@pytest.mark.parametrize("ends", [True, False], ids=["ended", "kept"])
async def test_file_of_orders_breaks_off_where_the_right_to_it_ended(
    house: House, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server closes the connection on it: no client takes the half for the whole."""
    monkeypatch.setattr(service.listing, "_WALKED", 2)
    sold = [(await sell(house, house.first)).number for _ in range(3)]
    wanted, found = OrderSearch(OrderFilter.ALL, "", None, None), []

    with pytest.raises(RoleMissing) if ends else nullcontext():
        async for order in service.walk_own_orders(
            house.database, person=house.first.person, wanted=wanted
        ):
            found.append(order.number)
            if ends:
                await execute(house.database, "update person_grant set role = 'catalog'")

    assert found == sold[::-1][: 2 if ends else 3]


async def test_file_of_orders_has_no_buyer_that_was_erased(house: House) -> None:
    order = await sell(house, house.first)
    async with house.database.session() as session:
        await queries.set_withdrawn(session, order.id, clock.now())
        await queries.erase_buyer(session, Subject(BUYER.email.lower()))
    house.as_person(house.first.person)

    answer = await house.client.get("/orders?format=csv")

    assert answer.text.endswith(",,,,,,,,0.00\r\n") and "High Street" not in answer.text


async def test_host_sees_what_the_show_sold_but_not_to_whom(house: House) -> None:
    await sell(house, house.first, quantity=2)
    await sell(house, house.second, quantity=1)
    house.as_person(house.host)

    answer = await house.client.get(f"/shows/{ids.encode('show', house.show_id)}/sales")

    body = answer.json()
    assert (body["totals"], body["orders"], body["units"]) == (
        [{"amount": 6600, "currency": "GBP"}],
        2,
        3,
    )
    assert [sale["total"]["amount"] for sale in body["recent"]] == [2200, 4400]
    assert set(body["recent"][0]["items"][0]) == {
        "sku",
        "name",
        "options_text",
        "quantity",
        "picture_url",
    }
    assert not any(word in answer.text for word in ("Anna", "Example", "Street", "London", "buyer"))


async def test_sales_of_an_empty_show_are_nothing(house: House) -> None:
    house.as_person(house.host)

    answer = await house.client.get(f"/shows/{ids.encode('show', house.show_id)}/sales")

    assert answer.json() == {"totals": [], "orders": 0, "units": 0, "recent": []}


async def test_sales_of_a_foreign_show_are_not_found(house: House) -> None:
    for somebody in (house.first.person, person(creator_id=ids.new())):
        house.as_person(somebody)
        assert (await house.client.get(f"/shows/{ids.encode('show', house.show_id)}/sales")).json()[
            "code"
        ] == "show_not_found"


async def test_erased_buyer_leaves_the_order_and_its_money(house: House) -> None:
    order = await sell(house, house.first)
    other = await sell(house, house.first, buyer=Buyer("other@example.com", BUYER.address))
    await execute(house.database, "update orders set withdrawn_at = now()")

    async with house.database.session() as session:
        assert await ERASER.erase(session, Subject("anna@example.com")) == 1
        assert await CHECKOUT_ERASER.erase(session, Subject("anna@example.com")) == 0

    async with house.database.session() as session:
        erased = await service.get_own_order(session, person=house.first.person, order_id=order.id)
        kept = await service.get_own_order(session, person=house.first.person, order_id=other.id)
    assert (erased.buyer, erased.total, erased.items) == (None, order.total, order.items)
    assert kept.buyer is not None
    house.as_person(house.first.person)
    assert (await house.client.get(f"/orders/{ids.encode('ord', order.id)}")).json()[
        "buyer"
    ] is None
    assert (
        await scalar(house.database, "select count(*) from orders where address is not null") == 1
    )
