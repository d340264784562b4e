"""The routes of sellers over HTTP: prices, limits, websites, hosts, orders."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.people import Floor, add_floor, add_key


@dataclass
class Market:
    """Two sellers who call the API, and a host who sells for both."""

    client: httpx2.AsyncClient
    floor: Floor
    own: dict[str, str]
    other: dict[str, str]
    host: dict[str, str]

    @property
    def merchant(self) -> str:
        (found,) = self.floor.sellers[0].merchant_ids
        return f"/api/v1/merchants/{ids.encode('mer', found)}"

    @property
    def product(self) -> str:
        return f"/api/v1/products/{ids.encode('prod', self.floor.products[0].id)}"

    async def ask(
        self,
        method: str,
        path: str,
        who: dict[str, str] | None = None,
        body: object = None,
    ) -> httpx2.Response:
        headers = self.own if who is None else who
        return await self.client.request(method, path, json=body, headers=headers)

    async def price(self) -> object:
        product = (await self.ask("GET", self.product)).json()
        return product["variants"][0]["price"]

    async def origins(self) -> list[str]:
        found: list[str] = (await self.ask("GET", f"{self.merchant}/origins")).json()["origins"]
        return found


@pytest.fixture
async def market(client: httpx2.AsyncClient, database: Database) -> Market:
    async with database.session() as session:
        floor = await add_floor(session)
        own, other = [await add_key(session, seller) for seller in floor.sellers]
        host = await add_key(session, floor.host)
    return Market(client, floor, own, other, host)


def code(answer: httpx2.Response) -> str:
    found: str = answer.json()["code"]
    return found


def price(amount: object, currency: str = "GBP", sku: str = "MUG-1") -> dict[str, object]:
    return {"sku": sku, "price": {"amount": amount, "currency": currency}}


async def test_new_price_holds_from_now_on_in_its_currency_alone(market: Market) -> None:
    assert await market.price() == {"amount": 2500, "currency": "GBP"}

    changed = await market.ask("POST", f"{market.product}/prices", body=price(1999))
    await market.ask("POST", f"{market.product}/prices", body=price(2999, "USD"))

    assert changed.status_code == 201 and changed.json() == price(1999)
    assert await market.price() == {"amount": 1999, "currency": "GBP"}
    dollars = (await market.ask("GET", f"{market.product}?currency=USD")).json()
    assert dollars["variants"][0]["price"] == {"amount": 2999, "currency": "USD"}


@pytest.mark.parametrize(
    ("body", "status", "refusal"),
    [
        (price(0), 422, "validation_failed"),
        (price(-1), 422, "validation_failed"),
        (price(19.99), 422, "validation_failed"),
        (price(10**12 + 1), 422, "validation_failed"),
        (price(1999, "pounds"), 422, "validation_failed"),
        (price(1999, "XXQ"), 422, "price_invalid"),
        (price(1999, sku="SCARF-1"), 404, "variant_not_found"),
        ({"sku": "MUG-1"}, 422, "validation_failed"),
    ],
)
async def test_price_that_is_none_changes_nothing(
    market: Market, body: dict[str, object], status: int, refusal: str
) -> None:
    answer = await market.ask("POST", f"{market.product}/prices", body=body)

    assert (answer.status_code, code(answer)) == (status, refusal)
    assert await market.price() == {"amount": 2500, "currency": "GBP"}


async def test_nobody_else_prices_limits_or_reads_a_seller_s_goods(market: Market) -> None:
    limit = {"sku": "MUG-1", "buyer_limit": 1}
    found = [
        await market.ask(method, path, market.other, body)
        for method, path, body in (
            ("GET", market.product, None),
            ("POST", f"{market.product}/prices", price(1)),
            ("PUT", f"{market.product}/buyer-limit", limit),
        )
    ]

    assert [(answer.status_code, code(answer)) for answer in found] == [
        (404, "product_not_found")
    ] * 3
    assert await market.price() == {"amount": 2500, "currency": "GBP"}


async def test_host_sees_what_it_may_sell_and_prices_nothing(market: Market) -> None:
    listed = (await market.ask("GET", "/api/v1/products", market.host)).json()["items"]

    assert [product["slug"] for product in listed] == ["mug", "scarf"]
    answer = await market.ask("POST", f"{market.product}/prices", market.host, price(1))
    assert answer.status_code == 404
    assert await market.price() == {"amount": 2500, "currency": "GBP"}


async def test_website_is_allowed_once_and_forbidden_again(market: Market) -> None:
    path = f"{market.merchant}/origins"

    for text in ("https://www.brand.example", "HTTPS://WWW.Brand.example:443/"):
        answer = await market.ask("POST", path, body={"origin": text})
        assert (answer.status_code, answer.json()["origin"]) == (201, "https://www.brand.example")
    assert await market.origins() == ["https://www.brand.example"]

    gone = await market.ask("DELETE", f"{path}?origin=https://www.brand.example")
    assert gone.status_code == 204 and await market.origins() == []


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "brand.example",
        "http://brand.example",
        "https://brand.example/shop",
        "https://user@brand.example",
        "https://brand.example:0",
        "https://*.brand.example",
        "https://brand.example; script-src *",
        "javascript://brand.example",
        "https://" + "b" * 250 + ".example",
    ],
)
async def test_what_is_no_website_is_not_allowed(market: Market, origin: str) -> None:
    answer = await market.ask("POST", f"{market.merchant}/origins", body={"origin": origin})

    assert answer.status_code == 422
    assert await market.origins() == []


async def test_nobody_else_manages_a_seller_s_websites_and_hosts(market: Market) -> None:
    creator = ids.encode("cre", market.floor.host.creator_id or ids.new())
    await market.ask("POST", f"{market.merchant}/origins", body={"origin": "https://a.example"})

    for who in (market.other, market.host):
        found = [
            (await market.ask(method, market.merchant + path, who, body)).status_code
            for method, path, body in (
                ("GET", "/origins", None),
                ("POST", "/origins", {"origin": "https://evil.example"}),
                ("DELETE", "/origins?origin=https://a.example", None),
                ("GET", "/creators", None),
                ("DELETE", f"/creators/{creator}", None),
            )
        ]
        assert found == [403] * 5

    assert await market.origins() == ["https://a.example"]
    hosts = (await market.ask("GET", f"{market.merchant}/creators")).json()["creators"]
    assert hosts == [{"id": creator, "name": {"en": "Lina", "ar": "لينا"}}]


async def test_host_that_is_forbidden_sells_no_more_of_this_seller(market: Market) -> None:
    creator = ids.encode("cre", market.floor.host.creator_id or ids.new())

    gone = await market.ask("DELETE", f"{market.merchant}/creators/{creator}")

    assert gone.status_code == 204
    listed = (await market.ask("GET", "/api/v1/products", market.host)).json()["items"]
    assert [product["slug"] for product in listed] == ["scarf"]


async def test_seller_without_orders_has_an_empty_list_and_file(market: Market) -> None:
    listed = (await market.ask("GET", "/api/v1/orders")).json()
    file = await market.ask("GET", "/api/v1/orders?format=csv")

    assert listed == {"items": [], "next_cursor": None}
    assert file.text.startswith("\ufefforder,placed_at,") and file.text.count("\r\n") == 1
    assert file.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=101", 422),
        ("format=xlsx", 422),
        ("cursor=ord_1", 404),
        ("cursor=prod_" + "0" * 32, 404),
    ],
)
async def test_list_of_orders_that_nobody_may_ask_for_is_refused(
    market: Market, query: str, status: int
) -> None:
    assert (await market.ask("GET", f"/api/v1/orders?{query}")).status_code == status


async def test_sales_are_the_host_s_to_see(market: Market) -> None:
    path = f"/api/v1/shows/{ids.encode('show', market.floor.show.id)}/sales"

    sold = await market.ask("GET", path, market.host)
    refused = await market.ask("GET", path, market.own)

    assert sold.json() == {"totals": [], "orders": 0, "units": 0, "recent": []}
    assert (refused.status_code, code(refused)) == (404, "show_not_found")


async def test_seller_without_a_key_is_nobody(market: Market) -> None:
    nobody = {"authorization": "Bearer sf_made_up"}

    for path in (
        market.product,
        "/api/v1/products",
        "/api/v1/orders",
        f"{market.merchant}/origins",
    ):
        answer = await market.ask("GET", path, nobody)
        assert (answer.status_code, code(answer)) == (401, "not_authenticated")
