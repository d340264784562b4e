"""One seller, one product of 50, a show on air."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from showfloor.catalog.types import Product
from showfloor.kit.db import Database
from tests.integration.checkout.counter import Buyer, Counter, counter
from tests.integration.checkout.shop import Seller, add_product, add_seller
from tests.integration.checkout.stripe_shop import StripeShop, with_stripe


@pytest.fixture
async def seller(database: Database) -> Seller:
    return await add_seller(database)


@pytest.fixture
async def product(database: Database, seller: Seller) -> Product:
    return await add_product(database, seller, ("SALT", "CLAY"))


@pytest.fixture
async def shop(
    database: Database, tmp_path: Path, seller: Seller, product: Product
) -> AsyncIterator[Counter]:
    async with counter(database, tmp_path / "books", (seller, product)) as opened:
        yield opened


@pytest.fixture
def buyer(shop: Counter) -> Buyer:
    return Buyer(shop)


@pytest.fixture
async def stripe(shop: Counter) -> AsyncIterator[StripeShop]:
    async with with_stripe(shop) as opened:
        yield opened


@pytest.fixture
async def ready(stripe: StripeShop, buyer: Buyer) -> Buyer:
    await buyer.up_to_details(("SALT", 1))
    return buyer
