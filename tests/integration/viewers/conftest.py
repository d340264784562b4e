"""The real web application on the test's database, and visitors who speak to it over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.viewers import http as viewers_http
from tests.integration.checkout.counter import open_show
from tests.integration.checkout.shop import add_product, add_seller
from tests.integration.notices.postbox import SENDER
from tests.integration.viewers.visitors import BASE, SECRET, Visitor, visitor
from tests.people import FakeStreaming


@pytest.fixture(autouse=True)
def own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are counted in the process, and all tests come from one address."""
    for name in ("_asked", "_tried"):
        most = getattr(viewers_http, name).most
        monkeypatch.setattr(viewers_http, name, viewers_http.PerMinute(most))


@pytest.fixture
async def show(database: Database) -> str:
    """One of a seller with something to sell; its public id."""
    seller = await add_seller(database)
    product = await add_product(database, seller, ("SALT",))
    return ids.encode("show", await open_show(database, (seller, product)))


@pytest.fixture
async def app(database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = Settings(
        mode="test",
        data=tmp_path,
        database_url=database_url,
        base_url=BASE,
        secret=SECRET,
        internal_token="t" * 32,
        smtp_url=SecretStr("smtp://mx.example"),
        mail_from=SENDER,
    )
    app = create_app(settings)
    app.state.streaming = FakeStreaming()
    await app.state.database.open()
    yield app
    await app.state.database.close()


@pytest.fixture
async def sofia(app: FastAPI) -> AsyncIterator[Visitor]:
    async with visitor(app) as found:
        yield found


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[Visitor]:
    """From another network."""
    async with visitor(app, network="198.51.100.1") as found:
        yield found
