"""A show on air, the application around it, and a buyer who speaks HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from showfloor.catalog.types import Product
from showfloor.checkout import http as checkout_http
from showfloor.checkout.adapters.test_ledger import Entry, TestLedger
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.checkout.deps import CheckoutDeps
from showfloor.checkout.http import refunds as refunds_http
from showfloor.identity.deps import HttpGate
from showfloor.identity.service import Gate
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.http import on_app_error, on_validation_error
from showfloor.merchants import service as merchants
from showfloor.orders import http as orders_http
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from tests.integration.checkout.shop import Seller, execute, person, scalar, stock_now

SECRET = "a secret for tests with enough letters"
OK, DECLINED, ASKS, SLOW = (
    "4242424242424242",
    "4000000000000002",
    "4000002500003155",
    "4000000000000077",
)
DUPLICATE, OUT_OF_ORDER = "4000000000000259", "4000000000005126"
ADDRESS = {
    "name": "Anna Example",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "N1 1AA",
    "country": "GB",
}
EMAIL = "anna@example.com"
GBP_2200 = {"amount": 2200, "currency": "GBP"}


async def open_show(
    database: Database, *shelf: tuple[Seller, Product], state: str = "live"
) -> UUID:
    """A show that carries these products. Its host is a stranger to the tests."""
    return (await open_hosted_show(database, *shelf, state=state))[0]


async def open_hosted_show(
    database: Database, *shelf: tuple[Seller, Product], state: str = "live"
) -> tuple[UUID, Any]:
    async with database.session() as session:
        creator = await merchants.add_creator(
            session, name={"en": "Host", "ar": "مضيف"}, avatar_url="/host.webp"
        )
        host = person(creator_id=creator.id)
        show = await shows.create_show(
            session,
            person=host,
            new=NewShow(title={"en": "Show", "ar": "عرض"}, market="gb", slug=f"s-{ids.new().hex}"),
        )
        for seller, product in shelf:
            await merchants.allow_creator(
                session, person=seller.person, merchant_id=seller.merchant.id, creator_id=creator.id
            )
            await shows.add_product(session, person=host, show_id=show.id, product_id=product.id)
    await execute(database, f"update show set state = '{state}' where id = '{show.id}'")
    return show.id, host


def make_app(database: Database, provider: TestProvider, hold_seconds: int = 300) -> FastAPI:
    """Only what buying needs."""
    app = FastAPI()
    app.state.database = database
    app.state.checkout = CheckoutDeps(
        database, secret=SECRET, hold_seconds=hold_seconds, providers={"test": provider}
    )
    app.state.settings = SimpleNamespace(secret=SECRET, secure=False)
    app.state.gate = HttpGate(Gate(SECRET), secure=False)
    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.include_router(checkout_http.router)
    app.include_router(orders_http.router)
    app.include_router(refunds_http.router)
    return app


@dataclass
class Counter:
    """The shop as a buyer reaches it."""

    database: Database
    app: FastAPI
    client: httpx2.AsyncClient
    provider: TestProvider
    books: Path
    show_id: UUID

    @property
    def providers(self) -> dict[str, TestProvider]:
        return {"test": self.provider}

    def ledger(self) -> dict[UUID, Entry]:
        return TestLedger(self.books).entries()

    def money_moved(self) -> tuple[int, int]:
        """How often money was taken and given back, by the provider's own books."""
        entries = self.ledger().values()
        return sum(entry.charges for entry in entries), sum(entry.refunds for entry in entries)


async def nothing_is_sold(shop: Counter, product: Product) -> None:
    assert (await stock_now(shop.database, product)).sold == 0
    assert await scalar(shop.database, "select count(*) from orders") == 0
    charges, refunds = shop.money_moved()
    assert charges == refunds


@asynccontextmanager
async def counter(
    database: Database, books: Path, *shelf: tuple[Seller, Product], hold_seconds: int = 300
) -> AsyncIterator[Counter]:
    show_id = await open_show(database, *shelf)
    provider = TestProvider(mode="test", folder=books, secret=SECRET, callback_url=None)
    app = make_app(database, provider, hold_seconds)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://shop.test/api/v1", trust_env=False
    ) as client:
        yield Counter(database, app, client, provider, books, show_id)
    await provider.close()


@dataclass
class Buyer:
    """One browser: remembers its token."""

    counter: Counter
    token: str | None = None
    hold: dict[str, Any] = field(default_factory=dict)
    checkout: dict[str, Any] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, body: object = None, key: str | None = None
    ) -> httpx2.Response:
        headers = {"Idempotency-Key": key or ids.secret()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = {} if body is None else {"json": body}
        return await self.counter.client.request(method, path, headers=headers, **content)

    async def reserve(
        self, *lines: tuple[str, int], key: str | None = None, **more: object
    ) -> httpx2.Response:
        body = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines], **more}
        answer = await self.ask(
            "POST", f"/shows/{ids.encode('show', self.counter.show_id)}/holds", body, key
        )
        if answer.status_code == 201:
            self.hold, self.token = answer.json(), answer.json()["token"]
        return answer

    async def give_details(self, key: str | None = None, **more: object) -> httpx2.Response:
        body = {
            "hold_id": self.hold["id"],
            "adult": True,
            "email": EMAIL,
            "address": ADDRESS,
            **more,
        }
        answer = await self.ask("POST", "/checkouts", body, key)
        if answer.status_code == 201:
            self.checkout = answer.json()
        return answer

    async def pay(
        self, number: str = OK, key: str | None = None, **more: object
    ) -> httpx2.Response:
        body = {
            "payment_method": {"type": "test", "number": number},
            "expected_total": self.checkout["total"],
            **more,
        }
        return await self.ask("POST", f"/checkouts/{self.checkout['id']}/pay", body, key)

    async def confirm(self) -> httpx2.Response:
        return await self.ask("POST", f"/checkouts/{self.checkout['id']}/confirm", {})

    async def look(self) -> httpx2.Response:
        return await self.ask("GET", f"/checkouts/{self.checkout['id']}")

    async def up_to_details(self, *lines: tuple[str, int]) -> None:
        assert (await self.reserve(*lines)).status_code == 201
        assert (await self.give_details()).status_code == 201
