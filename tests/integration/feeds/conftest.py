"""A seller with an export, the routes, and the worker's job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.feeds import http, tasks
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.adapters.pictures import PictureFolder
from showfloor.identity.http import get_caller, get_person
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.http import on_app_error
from showfloor.kit.outbound import Outbound
from tests.integration.checkout.shop import Seller, add_seller


@dataclass
class Desk:
    """What a merchant's people do with an export."""

    database: Database
    seller: Seller
    client: httpx2.AsyncClient
    folder: ImportFolder
    uploads: Path
    outbound: Outbound
    app: FastAPI = field(repr=False)

    def __post_init__(self) -> None:
        self.pictures = PictureFolder(self.uploads)

    def as_person(self, somebody: Person) -> None:
        self.app.dependency_overrides[get_person] = lambda: somebody
        self.app.dependency_overrides[get_caller] = lambda: somebody

    async def send(self, file: bytes, key: str = "", **fields: str) -> httpx2.Response:
        return await self.client.post(
            "/imports",
            files={"file": ("products_export_1.csv", file, "text/csv")},
            data={"currency": "GBP"} | fields,
            headers={"Idempotency-Key": key or ids.secret()},
        )

    async def run(self) -> None:
        await tasks.run_imports(self.database, folder=self.folder, outbound=self.outbound)

    async def send_url(self, url: str, key: str = "", **fields: object) -> httpx2.Response:
        return await self.client.post(
            "/imports",
            json={"url": url, "currency": "GBP"} | fields,
            headers={"Idempotency-Key": key or ids.secret()},
        )

    async def compare_url(self, url: str, **fields: object) -> dict[str, Any]:
        sent = (await self.send_url(url, **fields)).json()
        await self.run()
        return await self.get(sent["id"])

    async def take_over_url(self, url: str, **fields: object) -> dict[str, Any]:
        return await self.compare_url(url, dry_run=False, **fields)

    async def fetch_pictures(self) -> None:
        await tasks.fetch_pictures(self.database, folder=self.pictures, outbound=self.outbound)

    async def get(self, import_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/imports/{import_id}")).json()
        return found

    async def compare(self, file: bytes, **fields: str) -> dict[str, Any]:
        """The difference, with nothing changed."""
        sent = (await self.send(file, **fields)).json()
        await self.run()
        return await self.get(sent["id"])

    async def take_over(self, file: bytes, **fields: str) -> dict[str, Any]:
        return await self.compare(file, dry_run="false", **fields)

    async def lines(self, import_id: str, *kinds: str) -> list[dict[str, Any]]:
        answer = await self.client.get(
            f"/imports/{import_id}/lines", params={"kind": list(kinds), "limit": 100}
        )
        lines: list[dict[str, Any]] = answer.json()["items"]
        return lines


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    seller = await add_seller(database)
    app = FastAPI()
    app.state.database = database
    app.state.imports = ImportFolder(tmp_path)
    app.state.outbound = Outbound(local=True)
    app.add_exception_handler(AppError, on_app_error)
    app.include_router(http.router)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://shop.test/api/v1"
    ) as client:
        uploads = tmp_path / "uploads"
        desk = Desk(database, seller, client, app.state.imports, uploads, app.state.outbound, app)
        desk.as_person(seller.person)
        yield desk
