"""What a merchant says about its pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from showfloor.catalog.types import Product
from showfloor.identity.http import get_person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.http import on_app_error, on_validation_error
from showfloor.stock import http
from tests.integration.checkout.shop import Seller, add_product, add_seller, person, scalar

LIMIT = "select max(buyer_limit) from stock_item"


@pytest.fixture
async def seller(database: Database) -> Seller:
    return await add_seller(database)


@pytest.fixture
async def product(database: Database, seller: Seller) -> Product:
    return await add_product(database, seller)


@pytest.fixture
async def app(database: Database, seller: Seller) -> FastAPI:
    app = FastAPI()
    app.state.database = database
    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.include_router(http.router)
    app.dependency_overrides[get_person] = lambda: seller.person
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://shop.test/api/v1"
    ) as client:
        yield client


def path(product: Product) -> str:
    return f"/products/{ids.encode('prod', product.id)}/buyer-limit"


async def test_merchant_sets_a_limit_and_takes_it_away(
    database: Database, client: httpx2.AsyncClient, product: Product
) -> None:
    for limit in (2, None):
        body = {"sku": "MUG", "buyer_limit": limit}
        answer = await client.put(path(product), json=body)

        assert (answer.status_code, answer.json()) == (200, body)
        assert await scalar(database, LIMIT) == limit
    assert await scalar(database, "select on_hand from stock_item") == 50


async def test_foreign_product_unknown_sku_and_no_limit_at_all_are_refused(
    database: Database, app: FastAPI, client: httpx2.AsyncClient, product: Product
) -> None:
    unknown = await client.put(path(product), json={"sku": "VASE", "buyer_limit": 2})
    zero = await client.put(path(product), json={"sku": "MUG", "buyer_limit": 0})
    app.dependency_overrides[get_person] = lambda: person(ids.new())
    foreign = await client.put(path(product), json={"sku": "MUG", "buyer_limit": 2})

    assert [answer.json()["code"] for answer in (unknown, zero, foreign)] == [
        "variant_not_found",
        "validation_failed",
        "product_not_found",
    ]
    assert await scalar(database, LIMIT) is None
