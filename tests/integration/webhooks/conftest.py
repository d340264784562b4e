"""A shop that is open, its merchant's system, and the worker's hands between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from standardwebhooks import Webhook

from showfloor.app import wiring
from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.catalog.types import Product
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.identity.types import GrantKind
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.outbound import Outbound
from showfloor.kit.outbox import Dispatcher
from showfloor.webhooks.adapters.sender import Sender
from showfloor.webhooks.service import Lanes
from tests.integration.checkout.counter import Buyer, Counter, open_show
from tests.integration.checkout.shop import Seller, add_product, add_seller, execute
from tests.people import FakeStreaming, add_key, add_person
from tests.receiver import Heard, Receiver, receiver
from tests.waiting import BOUND, bounded

BASE = "http://shop.localhost:8000"
SECRET = "s" * 32
ORDER_LATER = ["order.shipped", "order.refunded", "order.cancelled"]
SHOP = ["show.started", "show.ended", "product.sold_out", "stock.changed"]
ALL = ["order.paid", *ORDER_LATER, *SHOP]


def verified(heard: Heard, secret: str) -> dict[str, Any]:
    """What the reference library makes of it. Raises WebhookVerificationError."""
    content: dict[str, Any] = Webhook(secret).verify(heard.body, heard.headers)
    return content


@dataclass
class Shop:
    """`key` is the header of the seller's program, `foreign` that of another seller's."""

    database: Database
    database_url: str
    counter: Counter
    api: httpx2.AsyncClient
    seller: Seller
    product: Product
    key: dict[str, str]
    foreign: dict[str, str]
    there: Receiver
    seconds: float = BOUND
    passed: timedelta = field(default_factory=timedelta)
    outbound: Outbound = field(default_factory=lambda: Outbound(local=True))

    async def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        return await self.api.request(method, path, json=body, headers=self.key)

    async def add(self, *events: str, url: str | None = None) -> dict[str, Any]:
        body = {"url": url or self.there.url, "events": list(events) or ALL}
        answer = await self.ask("POST", "/webhooks", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def buy(self, sku: str = "SALT", quantity: int = 1) -> dict[str, Any]:
        buyer = Buyer(self.counter)
        await buyer.up_to_details((sku, quantity))
        (order,) = (await buyer.pay()).json()["orders"]
        bought: dict[str, Any] = order
        return bought

    async def hear(self) -> None:
        """What the worker does with events."""
        dispatcher = Dispatcher(self.database)
        wiring.connect_worker(dispatcher)
        while await dispatcher.drain():
            pass

    def lanes(self, **limits: int) -> Lanes:
        sender = Sender(self.outbound, secret=SECRET, seconds=self.seconds)
        return Lanes(sender, **limits)

    async def send(self, after: timedelta = timedelta()) -> None:
        """What the worker does with deliveries, so much later than the last time."""
        self.passed += after
        now = clock.now()
        with clock.use(lambda: now + self.passed):
            lanes = self.lanes()
            async with bounded():
                await lanes.fill(self.database)
                await lanes.idle()

    async def log(self, webhook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        answer = await self.ask("GET", f"/webhooks/{webhook['id']}/deliveries{query}")
        lines: list[dict[str, Any]] = answer.json()["deliveries"]
        return lines

    async def state(self, webhook: dict[str, Any]) -> dict[str, Any]:
        listed = (await self.ask("GET", "/webhooks")).json()["webhooks"]
        found: dict[str, Any] = next(each for each in listed if each["id"] == webhook["id"])
        return found


@pytest.fixture
async def shop(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    seller, other = await add_seller(database), await add_seller(database, "zafra", "ZA")
    product = await add_product(database, seller, ("SALT", "CLAY"), on_hand=3)
    show_id = await open_show(database, (seller, product))
    await execute(database, "delete from outbox_event")
    settings = Settings(
        mode="test",
        data=tmp_path,
        database_url=database_url,
        base_url=BASE,
        secret=SECRET,
        internal_token="t" * 32,
    )
    app = create_app(settings)
    app.state.streaming = FakeStreaming()
    await app.state.database.open()
    async with database.session() as session:
        keys = [
            await add_key(session, await add_person(session, "Dana", (GrantKind.MERCHANT, one)))
            for one in (seller.merchant.id, other.merchant.id)
        ]
    async with (
        receiver() as there,
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url=f"{BASE}/api/v1"
        ) as client,
    ):
        provider = app.state.checkout.providers["test"]
        assert isinstance(provider, TestProvider)
        counter = Counter(database, app, client, provider, tmp_path, show_id)
        yield Shop(
            database, database_url, counter, client, seller, product, keys[0], keys[1], there
        )
    await app.state.database.close()


def show_name(shop: Shop) -> str:
    return ids.encode("show", shop.counter.show_id)


def variant_of(shop: Shop, sku: str) -> UUID:
    return next(each.id for each in shop.product.variants if each.sku == sku)
