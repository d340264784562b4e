"""A shop whose books are written: one seller, a host, a buyer, and the worker's hands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from showfloor.app import wiring
from showfloor.catalog.types import Product
from showfloor.identity.http import get_person
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.ledger import http as ledger_http
from showfloor.ledger.types import Fees
from showfloor.shows import service as shows
from tests.integration.checkout.counter import Buyer, Counter, counter
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import Seller, add_product, add_seller, person

FEES = Fees(platform_rate=500, provider_rate=150, provider_fixed=25)
PRICE = 2200
NET = 2032
"""Of one piece, after the fees."""
SOLD = [("payment", 2200), ("provider_fee", -58), ("platform_fee", -110)]
"""2200 pays 1.5 % and 25 to the provider, 5 % to the site."""


@dataclass
class Shop:
    database: Database
    counter: Counter
    seller: Seller
    product: Product
    host: Person
    fees: Fees = FEES

    def be(self, somebody: Person) -> None:
        self.counter.app.dependency_overrides[get_person] = lambda: somebody

    async def get(self, path: str) -> Any:
        answer = await self.counter.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def buy(self, quantity: int = 1, sku: str = "SALT") -> Desk:
        """Its seller is at the desk."""
        buyer = Buyer(self.counter)
        await buyer.up_to_details((sku, quantity))
        paid = (await buyer.pay()).json()
        self.be(self.seller.person)
        return Desk(self.counter, paid["orders"][0]["id"])

    async def hear(self) -> None:
        """What the worker does with events."""
        dispatcher = Dispatcher(self.database)
        wiring.connect_worker(dispatcher, self.fees)
        while await dispatcher.drain():
            pass

    async def entries(self, query: str = "") -> list[tuple[str, int]]:
        """Kinds and amounts, oldest first."""
        page = await self.get(f"/ledger/entries?limit=100{query}")
        return [(each["kind"], each["amount"]["amount"]) for each in reversed(page["items"])]

    async def balance(self) -> int:
        found = (await self.get("/ledger/balances"))["balances"]
        return int(found[0]["balance"]["amount"]) if found else 0


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    seller = await add_seller(database)
    product = await add_product(database, seller, ("SALT", "CLAY"), price=PRICE)
    async with counter(database, tmp_path / "books", (seller, product)) as opened:
        opened.app.include_router(ledger_http.router)
        async with database.session() as session:
            creator = (await shows.get_show(session, opened.show_id)).host_creator_id
        yield Shop(database, opened, seller, product, person(creator_id=creator))


def order_uuid(desk: Desk) -> UUID:
    return ids.parse("ord", desk.order_id)


async def arrive(desk: Desk) -> None:
    await desk.ship()
    parcel = (await desk.look())["shipments"][0]["id"]
    await desk.post(f"shipments/{parcel}/delivered")


async def payable(shop: Shop, quantity: int = 1) -> Desk:
    """One order whose goods arrived, and whose buyer can no longer withdraw."""
    desk = await shop.buy(quantity)
    await arrive(desk)
    await shop.hear()
    statement = "update ledger_order set payable_at = now() - interval '1 day'"
    with psycopg.connect(shop_url(shop), autocommit=True) as admin:
        admin.execute(statement)
    return desk


def shop_url(shop: Shop) -> str:
    url = shop.database.engine.url.render_as_string(hide_password=False)
    return url.replace("postgresql+psycopg", "postgresql")


async def refund_one(desk: Desk) -> UUID:
    """One piece, which may be sold again; the id of the refund."""
    await desk.refund(("SALT", 1, 1))
    return ids.parse("ref", (await desk.look())["refunds"][-1]["id"])
