"""A show that ended, and its recording as `streaming` leaves it on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from showfloor.app import wiring
from showfloor.kit import clock, ids, recording
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.kit.recording import OpenLine, SegmentLine
from showfloor.replays import tasks
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.shows import service as shows
from tests.integration.app.conftest import app, client
from tests.integration.replays.films import make_film
from tests.people import FakeStreaming, Floor, add_floor, add_key, put_on_air

__all__ = ["app", "client"]

SEGMENT_MS = 2000


@dataclass
class EndedShow:
    """`start` is the moment of the first recorded frame that everybody saw: segment 1, after one of
    the team's preview.
    """

    floor: Floor
    start: datetime
    data: Path
    database: Database
    host: dict[str, str]

    @property
    def id(self) -> UUID:
        return self.floor.show.id

    @property
    def shown_id(self) -> str:
        return ids.encode("show", self.id)

    @property
    def path(self) -> str:
        return f"/api/v1/shows/{self.shown_id}"

    @property
    def recorded(self) -> Path:
        return self.data / recording.FOLDER / self.shown_id

    def at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def public(self) -> set[str]:
        """What anybody may fetch."""
        folder = self.data / "replays" / self.shown_id
        return {file.name for file in folder.iterdir()} if folder.exists() else set()

    def record(self, msn: int, seconds: float, *, preview: bool = False) -> None:
        line = SegmentLine(
            msn=msn,
            start=clock.milliseconds(self.at(seconds)),
            duration=SEGMENT_MS,
            init="init-a.mp4",
            codecs="avc1.640028",
            size=[1280, 720],
            preview=preview,
            bytes=7,
        )
        (self.recorded / line.name).write_bytes(b"segment")
        self.note(recording.encode(OpenLine(msn, line.start)), recording.encode(line))

    def note(self, *lines: bytes) -> None:
        with (self.recorded / recording.INDEX).open("ab") as index:
            index.writelines(line + b"\n" for line in lines)

    async def publish(self) -> datetime | None:
        """One round of the worker."""
        return await tasks.publish_replays(self.database, DiskStorage(self.data))

    async def shown(self, client: httpx2.AsyncClient) -> dict[str, object]:
        """What everybody reads of the replay."""
        found: dict[str, object] = (await client.get(self.path)).json()["replay"]
        return found


EndShow = Callable[[], Awaitable[EndedShow]]


@pytest.fixture
async def on_air(database: Database, tmp_path: Path) -> EndedShow:
    """Live, with ten seconds on the disk and one pin of four seconds."""
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
        host = await add_key(session, floor.host)
        start = streaming.media_time
        streaming.advance(2)
        cue = await shows.pin(
            session,
            moment=streaming.now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[0].id,
        )
        streaming.advance(4)
        await shows.end_cue(session, moment=streaming.now, person=floor.host, cue_id=cue.id)
    show = EndedShow(floor, start, tmp_path, database, host)
    show.recorded.mkdir(parents=True)
    (show.recorded / "init-a.mp4").write_bytes(b"init")
    show.record(0, -2, preview=True)
    for msn in range(1, 6):
        show.record(msn, 2 * (msn - 1))
    return show


@pytest.fixture
def end(database: Database, on_air: EndedShow) -> EndShow:
    """Ends the show and lets the worker hear of it, but not yet publish."""

    async def run() -> EndedShow:
        async with database.session() as session:
            await shows.end_show(session, person=on_air.floor.host, show_id=on_air.id)
        dispatcher = Dispatcher(database)
        wiring.connect_worker(dispatcher)
        await dispatcher.drain()
        return on_air

    return run


@pytest.fixture
async def ended(end: EndShow) -> EndedShow:
    """Ended, recorded to the end, and published."""
    show = await end()
    show.note(recording.ENDED)
    await show.publish()
    return show


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    make_film(folder)
    return folder


@pytest.fixture
async def filmed(end: EndShow, on_air: EndedShow, film: Path) -> EndedShow:
    """As `ended`, with media that can be decoded."""
    shutil.copytree(film, on_air.recorded, dirs_exist_ok=True)
    show = await end()
    show.note(recording.ENDED)
    await show.publish()
    return show
