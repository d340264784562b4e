"""The product routes: a merchant's people see their own, in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.catalog import http
from showfloor.identity.http import get_person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.http import on_app_error
from tests.integration.checkout.shop import Seller, add_product, add_seller


@pytest.fixture
async def seller(database: Database) -> Seller:
    return await add_seller(database)


@pytest.fixture
async def client(database: Database, seller: Seller) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.add_exception_handler(AppError, on_app_error)
    app.include_router(http.router)
    app.dependency_overrides[get_person] = lambda: seller.person
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://shop.test/api/v1"
    ) as client:
        yield client


async def test_products_come_in_pages(
    database: Database, seller: Seller, client: httpx2.AsyncClient
) -> None:
    added = [
        ids.encode("prod", (await add_product(database, seller, (sku,))).id)
        for sku in ("A", "B", "C")
    ]
    await add_product(database, await add_seller(database, "zafralune", "ZL"), ("A",))

    first = (await client.get("/products", params={"limit": 2})).json()
    second = (
        await client.get("/products", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()

    assert [product["id"] for product in first["items"] + second["items"]] == added
    assert second["next_cursor"] is None
    assert first["items"][0]["variants"][0]["price"] == {"amount": 2200, "currency": "GBP"}
    assert first["items"][0]["options"][0]["values"][0]["swatch"] is None


async def test_product_has_prices_in_the_currency_asked_for(
    database: Database, seller: Seller, client: httpx2.AsyncClient
) -> None:
    product = await add_product(database, seller)
    path = f"/products/{ids.encode('prod', product.id)}"

    assert (await client.get(path, params={"currency": "USD"})).json()["variants"][0]["price"] == {
        "amount": 2800,
        "currency": "USD",
    }
    assert (await client.get(path, params={"currency": "EUR"})).json()["variants"] == []
    assert (await client.get(path, params={"currency": "eur"})).status_code == 422


async def test_foreign_product_is_not_found(database: Database, client: httpx2.AsyncClient) -> None:
    other = await add_seller(database, "zafralune", "ZL")
    product = await add_product(database, other)

    assert (await client.get(f"/products/{ids.encode('prod', product.id)}")).json()[
        "code"
    ] == "product_not_found"
    assert (
        await client.get("/products", params={"merchant": ids.encode("mer", other.merchant.id)})
    ).json()["items"] == []
    assert (await client.get("/products/prod_1")).status_code == 404


async def test_price_before_cannot_be_typed(
    database: Database, seller: Seller, client: httpx2.AsyncClient
) -> None:
    product = await add_product(database, seller)
    path = f"/products/{ids.encode('prod', product.id)}"
    price = {"amount": 1800, "currency": "GBP"}
    typed = {"sku": product.variants[0].sku, "price": price, "was": {**price, "amount": 9900}}

    for name in ("was", "prior_price", "compare_at"):
        body = {"sku": typed["sku"], "price": price, name: typed["was"]}
        assert (await client.post(f"{path}/prices", json=body)).status_code == 422

    shown = (await client.get(path)).json()["variants"][0]
    assert shown["price"]["amount"] == 2200
    assert shown["prior_price"] is None
