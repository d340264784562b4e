"""A show's recording, the object storage it is copied to, and the application that reads both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.kit.db import Database
from showfloor.kit.objects import Objects
from showfloor.replays import tasks
from showfloor.replays.adapters.objects import ObjectStorage
from tests import buckets
from tests.integration.app.conftest import BASE
from tests.integration.replays.conftest import EndedShow
from tests.people import FakeStreaming
from tests.ports import free_ports

MEDIA = {"init-a.mp4", *(f"{msn}.m4s" for msn in range(6))}
NOW = timedelta()
Prune = Callable[..., Awaitable[None]]


@pytest.fixture
def url(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {**buckets.ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    url = "s3://shows/folder"
    Objects(url).delete("")
    return url


@pytest.fixture
async def app(url: str, database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = Settings(
        mode="test",
        data=tmp_path,
        database_url=database_url,
        base_url=BASE,
        secret="s" * 32,
        internal_token="t" * 32,
        storage_url=url,
    )
    app = create_app(settings)
    app.state.streaming = FakeStreaming()
    await app.state.database.open()
    yield app
    await app.state.database.close()


@pytest.fixture
def objects(url: str) -> Objects:
    return Objects(url)


@pytest.fixture
def storage(objects: Objects, tmp_path: Path) -> ObjectStorage:
    return ObjectStorage(tmp_path, objects)


@pytest.fixture
def prune(storage: ObjectStorage, database: Database) -> Prune:
    """What is on the disk goes to the store, and then from the disk."""

    async def run(keep: timedelta = NOW, free: int = 0) -> None:
        storage.upload()
        await tasks.prune_recordings(database, storage, keep=keep, free=free)

    return run


def stored(objects: Objects, show: EndedShow) -> set[str]:
    return {key.rpartition("/")[2] for key in objects.sizes(f"recordings/{show.shown_id}/")}


def segments(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("[0-9]*.m4s")}


async def fetch(client: httpx2.AsyncClient, show: EndedShow, name: str) -> httpx2.Response:
    return await client.get(f"/replays/{show.shown_id}/{name}")


@pytest.fixture
def away(
    app: FastAPI, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], ObjectStorage]:
    """From now on `web` finds nobody where the store was."""

    def go() -> ObjectStorage:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_ports(1)}")
        storage = ObjectStorage(tmp_path, Objects(url, seconds=1))
        app.state.replay_storage = storage
        return storage

    return go


Away = Callable[[], ObjectStorage]


def whole(objects: Objects, show: EndedShow) -> dict[str, int]:
    """Media, whose size does not change."""
    found = objects.sizes(f"recordings/{show.shown_id}/")
    return {key: size for key, size in found.items() if not key.endswith("index.jsonl")}
