"""The real web application on the test's database, spoken to over HTTP inside the process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.app.asgi import create_app
from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.app.settings import Settings
from tests.people import FakeStreaming

BASE = "http://shop.localhost:8000"


@pytest.fixture
async def app(database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = Settings(
        mode="test",
        data=tmp_path,
        database_url=database_url,
        base_url=BASE,
        secret="s" * 32,
        internal_token="t" * 32,
    )
    app = create_app(settings)
    app.state.streaming = FakeStreaming()
    await app.state.database.open()
    yield app
    await app.state.database.close()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as client:
        yield client


@pytest.fixture(scope="session")
def new_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server that was made, brought to the newest shape and stopped; all workers of
    a run copy the same.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "new-server"
    with (shared / "new-server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            made = EmbeddedPostgres(shared / "new-server-draft")
            upgrade_now(made.start())
            made.stop()
            made.folder.rename(folder)
    return folder
