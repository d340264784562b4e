"""The web application with a show on the air, and a drop in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.offers import queries
from showfloor.offers.rules.running import milliseconds
from showfloor.offers.service import end_drops, verify_drop
from showfloor.offers.types import Proof
from tests.integration.app.conftest import BASE, app, client
from tests.integration.checkout.counter import Buyer, Counter
from tests.people import Floor, add_floor_on_air, add_host, add_key

__all__ = ["app", "client"]

TERMS: dict[str, Any] = {
    "sku": "MUG-1",
    "units": 4,
    "per_person": 1,
    "price": 1900,
    "opens_in_s": 10,
    "runs_s": 60,
}


class DropBuyer(Buyer):
    """One browser with an address of its own."""

    async def take(self, drop: str, pieces: int = 1, **more: Any) -> httpx2.Response:
        return await self.reserve(("MUG-1", pieces), drop_id=drop, **more)

    async def buy(self, drop: str, pieces: int = 1) -> httpx2.Response:
        assert (await self.take(drop, pieces)).status_code == 201
        assert (await self.give_details()).status_code == 201
        return await self.pay()


@dataclass
class Hall:
    """One show on the air; `host` and `seller` are headers of their keys, `stranger` is who hosts
    other shows, `passed` what the database's clock is ahead by, in milliseconds.
    """

    app: FastAPI
    database: Database
    client: httpx2.AsyncClient
    floor: Floor
    host: dict[str, str]
    seller: dict[str, str]
    stranger: dict[str, str]
    opened: AsyncExitStack
    passed: list[int] = field(default_factory=lambda: [0])
    buyers: int = 0

    @property
    def show(self) -> str:
        return ids.encode("show", self.floor.show.id)

    async def ask(
        self, method: str, path: str, who: dict[str, str], **more: Any
    ) -> httpx2.Response:
        return await self.client.request(method, f"/api/v1{path}", headers=who, **more)

    async def plan(self, who: dict[str, str] | None = None, **terms: Any) -> httpx2.Response:
        product = ids.encode("prod", self.floor.products[0].id)
        body = {"product_id": product, **TERMS, **terms}
        return await self.ask("POST", f"/shows/{self.show}/drops", who or self.host, json=body)

    async def announce(self, **terms: Any) -> str:
        """A drop whose countdown runs: its id."""
        planned = await self.plan(**terms)
        assert planned.status_code == 201, planned.text
        drop: str = planned.json()["id"]
        await self.agree(drop)
        opened = await self.ask("POST", f"/drops/{drop}/open", self.host)
        assert opened.status_code == 200, opened.text
        return drop

    async def agree(self, drop: str) -> None:
        agreed = await self.ask("POST", f"/drops/{drop}/agree", self.seller)
        assert agreed.status_code == 200, agreed.text

    async def open(self, **terms: Any) -> str:
        """One whose countdown is over."""
        drop = await self.announce(**terms)
        self.passed[0] += 10_000
        return drop

    async def buyer(self, address: str | None = None) -> DropBuyer:
        self.buyers += 1
        where = address or f"10.{self.buyers // 250}.{self.buyers % 250}.7"
        transport = httpx2.ASGITransport(self.app, client=(where, 40_000))
        browser = await self.opened.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url=f"{BASE}/api/v1")
        )
        provider: Any = self.app.state.checkout.providers["test"]
        counter = Counter(
            self.database, self.app, browser, provider, Path("/nowhere"), self.floor.show.id
        )
        return DropBuyer(counter)

    async def end(self, drop: str) -> list[bytes]:
        """Its time passes; the lines of its log."""
        self.passed[0] += 60_000
        await end_drops(self.database)
        answer = await self.client.get(f"/api/v1/drops/{drop}/log")
        assert answer.status_code == 200, answer.text
        return answer.content.splitlines(keepends=True)

    async def end_when_paid(self, drop: str, buyer: DropBuyer) -> list[bytes]:
        await buyer.give_details()
        assert (await buyer.pay()).json()["status"] == "paid"
        return await self.end(drop)

    async def proof(self, drop: str) -> Proof:
        return verify_drop(await self.end(drop))


@pytest.fixture
async def hall(
    app: FastAPI, client: httpx2.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Hall]:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        host = await add_key(session, floor.host)
        seller = await add_key(session, floor.sellers[0])
        stranger = await add_key(session, await add_host(session))
    async with AsyncExitStack() as opened:
        hall = Hall(app, database, client, floor, host, seller, stranger, opened)
        # The database's clock is not ours to move; what is read of it is.
        monkeypatch.setattr(
            queries, "milliseconds", lambda moment: milliseconds(moment) + hall.passed[0]
        )
        yield hall
