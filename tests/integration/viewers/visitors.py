"""Visitors of a shop, each with a browser of their own, and the mails they get."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.viewers import service
from showfloor.viewers.types import SignInLetter

BASE = "http://shop.localhost:8000"
SECRET = "s" * 32
ADULT = {"day": 3, "month": 1, "year": clock.now().year - 40}
EMAIL = "sofia@example.com"


@dataclass
class Visitor:
    """One browser. `csrf` is of the session it has."""

    client: httpx2.AsyncClient
    database: Database
    csrf: str = ""

    async def ask(self, email: str = EMAIL, **said: Any) -> httpx2.Response:
        body = {"email": email, **(said or {"born": ADULT})}
        return await self.client.post("/viewer/sign-ins", json=body)

    async def letter(self, asked: httpx2.Response) -> SignInLetter:
        """What the mail of this request says."""
        assert asked.status_code == 201, asked.text
        async with self.database.session() as session:
            found = await service.find_letter(
                session, secret=SECRET, sign_in_id=ids.parse("sin", asked.json()["id"])
            )
        assert found is not None
        return found

    async def enter(self, **way: Any) -> httpx2.Response:
        answer = await self.client.post("/viewer/session", json=way)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    async def sign_in(self, email: str = EMAIL) -> dict[str, Any]:
        letter = await self.letter(await self.ask(email))
        answer = await self.enter(link=letter.link)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.client.get(path, **more)

    async def send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """A change, as our own page makes it."""
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)


@asynccontextmanager
async def visitor(
    app: FastAPI, user_agent: str = "", network: str = "203.0.113.1"
) -> AsyncIterator[Visitor]:
    headers = {"User-Agent": user_agent} if user_agent else {}
    transport = httpx2.ASGITransport(app, client=(network, 1000))
    async with httpx2.AsyncClient(
        transport=transport, base_url=f"{BASE}/api/v1", headers=headers
    ) as client:
        yield Visitor(client, app.state.database)
