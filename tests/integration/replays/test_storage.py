"""Recordings in object storage: copied as they grow, and the same replay without the disk."""

from __future__ import annotations

import asyncio
import io
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from showfloor.app import wiring
from showfloor.app.asgi import create_app
from showfloor.app.cli import cli
from showfloor.app.doctor import findings
from showfloor.app.scan import scan
from showfloor.app.settings import Settings
from showfloor.kit import clock, jobs
from showfloor.kit.db import Database
from showfloor.kit.objects import UPLOAD_JOB, Objects, ObjectsUnavailable
from showfloor.replays import service, tasks
from showfloor.replays.adapters.cutter import ProcessCutter
from showfloor.replays.adapters.objects import ObjectStorage
from showfloor.replays.adapters.painter import ProcessPainter
from showfloor.replays.models import ReplayRow
from showfloor.web.pages import label_fonts
from tests import buckets
from tests.integration.app.conftest import BASE, client
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_captions import upload
from tests.integration.replays.test_clips import add, frames, local
from tests.integration.replays.test_decisions import change, span
from tests.integration.replays.test_killed import worker
from tests.integration.replays.test_subtitles import playlists
from tests.integration.replays.test_subtitles import segments as subtitle_segments
from tests.people import FakeStreaming
from tests.ports import free_ports
from tests.waiting import BOUND, until

__all__ = ["client"]
MEDIA = {"init-a.mp4", *(f"{msn}.m4s" for msn in range(6))}
NOW = timedelta()
Prune = Callable[..., Awaitable[None]]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with buckets.moto() as address:
        buckets.make_bucket(address, "shows")
        yield address


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


async def test_segments_of_a_live_show_are_copied_as_they_close_and_each_once(
    on_air: EndedShow, storage: ObjectStorage, objects: Objects, database: Database
) -> None:
    assert await tasks.upload_recordings(database, storage) is not None
    before = stored(objects, on_air)
    (on_air.recorded / ".6.m4s.part").write_bytes(b"half of a seg")
    on_air.record(6, 10)
    objects.remove(f"recordings/{on_air.shown_id}/1.m4s")

    again = await tasks.upload_recordings(database, storage)
    nothing_new = await tasks.upload_recordings(database, storage)

    assert before == {*MEDIA, "index.jsonl"} and again is not None and nothing_new is None
    assert stored(objects, on_air) == {*MEDIA, "index.jsonl", "6.m4s"} - {"1.m4s"}


async def test_live_show_keeps_its_window_however_full_the_disk_is(
    on_air: EndedShow, storage: ObjectStorage, prune: Prune, database: Database
) -> None:
    await prune(free=1 << 60)
    found = storage.list_stored(on_air.shown_id)
    async with database.session() as session:
        assert await service.prune(session, storage, on_air.id, found) == 0

    assert segments(on_air.recorded) == {f"{msn}.m4s" for msn in range(6)}


async def test_without_the_look_at_its_end_a_live_show_would_lose_its_window(
    on_air: EndedShow, storage: ObjectStorage
) -> None:
    storage.upload()

    storage.prune(on_air.shown_id, storage.list_stored(on_air.shown_id))

    assert segments(on_air.recorded) == set()


async def test_replay_without_the_disk_s_copy_is_the_same_by_signed_addresses(
    client: httpx2.AsyncClient, ended: EndedShow, prune: Prune
) -> None:
    before = await fetch(client, ended, "media.m3u8")

    await prune()

    assert segments(ended.recorded) == set() and (ended.recorded / "init-a.mp4").exists()
    assert (await fetch(client, ended, "media.m3u8")).text == before.text
    answer = await fetch(client, ended, "2.m4s")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (307, "no-store")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    async with httpx2.AsyncClient(trust_env=False) as browser:
        address = answer.headers["Location"]
        part = await browser.get(address, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"egm")
    assert part.headers["Content-Range"] == "bytes 1-3/7"


async def test_page_may_read_from_the_store_and_says_nothing_of_the_preview(
    client: httpx2.AsyncClient, ended: EndedShow, objects: Objects, prune: Prune
) -> None:
    await prune()

    policy = (await client.get("/")).headers["Content-Security-Policy"]

    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert objects.origin in directives["connect-src"].split()
    assert objects.origin in directives["media-src"].split()
    assert objects.origin not in directives["script-src"]
    for name in ("0.m4s", ".2.m4s.kept", "../recordings/2.m4s", "none.m4s"):
        assert (await fetch(client, ended, name)).status_code == 404


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


async def test_hidden_span_is_gone_at_once_and_comes_back_while_the_store_is_away(
    client: httpx2.AsyncClient, ended: EndedShow, prune: Prune, objects: Objects, away: Away
) -> None:
    await prune()
    storage = away()
    with pytest.raises(ObjectsUnavailable):
        storage.list_stored(ended.shown_id)

    changed = await change(client, ended, hidden=[span(ended, 0, 4)])
    hidden = {name: (await fetch(client, ended, name)).status_code for name in sorted(MEDIA)}
    back = await change(client, ended, hidden=[])

    assert (changed.status_code, back.status_code) == (200, 200)
    gone = ["0.m4s", "1.m4s", "2.m4s"]
    assert [name for name, status in hidden.items() if status == 404] == gone
    assert "2.m4s" in stored(objects, ended)
    assert (await fetch(client, ended, "2.m4s")).status_code == 307


async def test_what_is_said_stays_on_the_media_s_clock_while_the_store_is_away(
    client: httpx2.AsyncClient, filmed: EndedShow, prune: Prune, away: Away
) -> None:
    folder = f"/replays/{filmed.shown_id}"
    await upload(client, filmed)
    await prune()
    away()

    changed = await change(client, filmed, hidden=[span(filmed, 2.5, 3.5)])

    assert changed.status_code == 200
    _, said = await playlists(client, folder)
    (first, _), (second, cues) = await subtitle_segments(client, folder, said)
    assert first == "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
    assert second == f"X-TIMESTAMP-MAP=MPEGTS:{4 * 90_000},LOCAL:00:00:02.000"
    assert [line.text for line in cues] == ["This is the mug"]


async def test_segment_that_left_before_its_clock_was_noted_has_no_words_but_can_be_hidden(
    client: httpx2.AsyncClient, filmed: EndedShow, prune: Prune, away: Away
) -> None:
    folder = f"/replays/{filmed.shown_id}"
    await upload(client, filmed)
    await prune()
    for kept in filmed.recorded.glob(".*.m4s.kept"):
        kept.write_text(kept.read_text().split()[0])
    away()

    changed = await change(client, filmed, hidden=[span(filmed, 2.5, 3.5)])

    assert changed.status_code == 200
    _, said = await playlists(client, folder)
    assert [cues for _, cues in await subtitle_segments(client, folder, said)] == [[], []]
    assert (await fetch(client, filmed, "2.m4s")).status_code == 404
    assert (await fetch(client, filmed, "3.m4s")).status_code == 307


async def test_nobody_waits_for_the_store_with_the_lock_of_a_replay(
    ended: EndedShow, objects: Objects, database: Database
) -> None:
    free: list[bool] = []

    class Asked(ObjectStorage):
        def list_stored(self, show: str) -> dict[str, int]:
            free.append(asyncio.run_coroutine_threadsafe(unlocked(), loop).result(BOUND))
            return super().list_stored(show)

    async def unlocked() -> bool:
        async with database.session() as session:
            row = select(ReplayRow).where(ReplayRow.show_id == ended.id)
            found = await session.execute(row.with_for_update(skip_locked=True))
            return found.first() is not None

    loop = asyncio.get_running_loop()
    storage = Asked(ended.data, objects)
    storage.upload()

    await tasks.prune_recordings(database, storage, keep=NOW, free=0)

    assert free == [True] and segments(ended.recorded) == set()


async def test_withheld_replay_is_pruned_and_nothing_of_it_is_public(
    client: httpx2.AsyncClient, ended: EndedShow, prune: Prune
) -> None:
    await change(client, ended, public=False)

    await prune()

    assert segments(ended.recorded) == set() and ended.public() == set()
    assert (await fetch(client, ended, "2.m4s")).status_code == 404


async def test_what_somebody_deleted_in_the_store_stays_on_the_disk_and_is_copied_again(
    ended: EndedShow, storage: ObjectStorage, objects: Objects, prune: Prune
) -> None:
    storage.upload()
    objects.remove(f"recordings/{ended.shown_id}/3.m4s")

    await prune()

    assert segments(ended.recorded) == {"3.m4s"} and "3.m4s" not in stored(objects, ended)
    await prune()
    assert segments(ended.recorded) == set() and "3.m4s" in stored(objects, ended)


async def test_oldest_recordings_leave_a_full_disk_and_young_ones_a_disk_with_room_do_not(
    ended: EndedShow, prune: Prune
) -> None:
    await prune(keep=timedelta(days=7))
    assert len(segments(ended.recorded)) == 6

    await prune(keep=timedelta(days=7), free=1 << 60)

    assert segments(ended.recorded) == set()


async def test_clip_and_pictures_are_made_of_what_is_in_the_store_alone(
    client: httpx2.AsyncClient,
    filmed: EndedShow,
    storage: ObjectStorage,
    prune: Prune,
    database: Database,
) -> None:
    await prune()
    assert segments(filmed.recorded) == set()

    clip = (await add(client, filmed, 2, 6)).json()
    await tasks.make_clips(database, storage, ProcessCutter(), label_fonts())
    await tasks.draw_pictures(database, storage, ProcessPainter())

    assert len(frames((await client.get(local(clip["mp4_url"]))).content)) == 40
    poster = str((await filmed.shown(client))["poster_url"])
    Image.open(io.BytesIO((await client.get(poster)).content)).verify()
    assert list((filmed.data / "making").iterdir()) == []
    assert segments(filmed.recorded) == set()


async def test_file_that_cannot_be_read_stops_no_upload_behind_it(
    ended: EndedShow, storage: ObjectStorage, objects: Objects
) -> None:
    (ended.recorded.parent / "show_0" / "1.m4s").mkdir(parents=True)

    with pytest.raises(IsADirectoryError):
        storage.upload()

    assert stored(objects, ended) == {*MEDIA, "index.jsonl"}


async def test_name_that_no_file_can_have_is_not_found(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    for length in (240, 249, 255, 256, 4000):
        assert (await fetch(client, ended, "a" * length)).status_code == 404


async def test_deleted_replay_leaves_nothing_in_the_store(
    client: httpx2.AsyncClient,
    ended: EndedShow,
    storage: ObjectStorage,
    objects: Objects,
    prune: Prune,
    database: Database,
) -> None:
    await prune()
    await client.delete(f"{ended.path}/replay", headers=ended.host)
    assert (await fetch(client, ended, "2.m4s")).status_code == 404

    await tasks.publish_replays(database, storage)

    assert stored(objects, ended) == set() and not ended.recorded.exists()
    late = ended.data / "late"
    late.write_bytes(b"segment")
    objects.put(late, f"recordings/{ended.shown_id}/9.m4s")
    await tasks.delete_leftovers(database, storage)
    assert stored(objects, ended) == set()


async def test_deleted_replay_and_its_clips_are_withdrawn_while_the_store_is_away(
    client: httpx2.AsyncClient,
    filmed: EndedShow,
    storage: ObjectStorage,
    objects: Objects,
    prune: Prune,
    away: Away,
    database: Database,
) -> None:
    await add(client, filmed, 2, 4)
    await tasks.make_clips(database, storage, ProcessCutter(), label_fonts())
    await prune()
    later = clock.now() + timedelta(days=366)

    with clock.use(lambda: later):
        async with database.session() as session:
            assert await service.delete_outlived(session, filmed.id)
        with pytest.raises(ObjectsUnavailable):
            await tasks.publish_replays(database, away())

        assert list((filmed.data / "replays").iterdir()) == []
        assert (await filmed.shown(client))["state"] == "deleted"
        assert stored(objects, filmed)
        await tasks.publish_replays(database, storage)

    assert stored(objects, filmed) == set()
    async with database.session() as session:
        assert await service.list_unpublished(session) == []


async def test_upload_under_way_when_its_recording_is_deleted_is_taken_back(
    ended: EndedShow, storage: ObjectStorage, objects: Objects
) -> None:
    class Deleting(Objects):
        def put(self, file: Path, key: str) -> None:
            super().put(file, key)
            ObjectStorage(ended.data, objects).delete(ended.shown_id)

    ObjectStorage(ended.data, Deleting("s3://shows/folder")).upload()

    assert stored(objects, ended) == set()


async def test_leftovers_of_shows_that_stand_are_not_touched(
    ended: EndedShow, storage: ObjectStorage, objects: Objects, database: Database
) -> None:
    storage.upload()
    odd = ended.data / "odd"
    odd.write_bytes(b"x")
    objects.put(odd, "recordings/somebody-s/file")

    await tasks.delete_leftovers(database, storage)

    assert stored(objects, ended) == {*MEDIA, "index.jsonl"}
    assert objects.sizes("recordings/somebody-s/") == {"recordings/somebody-s/file": 1}


async def test_worker_killed_in_the_middle_of_an_upload_is_finished_by_the_next(
    ended: EndedShow, url: str, objects: Objects, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOWFLOOR_STORAGE_URL", url)
    for number in range(10, 130):
        (ended.recorded / f"{number}.m4s").write_bytes(bytes(300_000))
    with worker(ended, database_url) as first:
        await until(lambda: len(list(ended.recorded.glob(".*.kept"))) > 3)
        first.send_signal(signal.SIGKILL)
        first.wait(BOUND)
    left = segments(ended.recorded) - stored(objects, ended)
    sizes = {key.rpartition("/")[2]: size for key, size in whole(objects, ended).items()}

    with worker(ended, database_url):
        await until(lambda: not segments(ended.recorded) - stored(objects, ended))

    assert left
    assert all(size == (ended.recorded / name).stat().st_size for name, size in sizes.items())


def whole(objects: Objects, show: EndedShow) -> dict[str, int]:
    """Media, whose size does not change."""
    found = objects.sizes(f"recordings/{show.shown_id}/")
    return {key: size for key, size in found.items() if not key.endswith("index.jsonl")}


Broken = Callable[[], AbstractContextManager[str]]


@pytest.mark.parametrize(
    ("broken", "reason", "word"),
    [
        (lambda: buckets.answering(503, "SlowDown"), "busy", "cannot now"),
        (lambda: buckets.answering(403, "InvalidAccessKeyId"), "access_denied", "AWS_ACCESS_KEY"),
        (lambda: buckets.answering(404, "NoSuchBucket"), "bucket_missing", "no such bucket"),
        (buckets.silent, "unreachable", "does not answer"),
    ],
)
async def test_store_that_is_wrong_costs_no_recording_and_is_named(
    ended: EndedShow, broken: Broken, reason: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in buckets.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("showfloor.app.doctor.STORAGE_SECONDS", 0.5)
    with broken() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        storage = ObjectStorage(ended.data, Objects("s3://shows", seconds=0.5))
        with pytest.raises(ObjectsUnavailable) as refused:
            storage.upload()
        (sentence,) = findings(Settings(mode="demo", storage_url="s3://shows"))

    assert refused.value.reason == reason
    assert word in sentence and "stay on this disk" in sentence
    assert buckets.KEY_ID not in sentence and buckets.SECRET not in sentence
    assert len(segments(ended.recorded)) == 6 and not list(ended.recorded.glob(".*"))
    assert not storage.has_copies(ended.shown_id)


async def test_studio_says_that_recordings_are_not_copied_until_they_are(
    client: httpx2.AsyncClient, on_air: EndedShow, database: Database
) -> None:
    async def warned() -> list[str]:
        view = (await client.get(f"{on_air.path}/studio", headers=on_air.host)).json()
        return [warning["code"] for warning in view["ingest"]["health"]["warnings"]]

    before = await warned()
    await jobs.note_failure(database, UPLOAD_JOB, 1, ObjectsUnavailable("busy"))
    failing = await warned()
    await jobs.note_success(database, UPLOAD_JOB)

    assert "recording_not_copied" not in before and "recording_not_copied" in failing
    assert await warned() == before


async def test_operator_reads_what_a_show_takes_on_the_disk_and_in_the_store(
    ended: EndedShow, prune: Prune, storage: ObjectStorage, database: Database
) -> None:
    await prune()

    async with database.session() as session:
        (used,) = await service.list_disk_use(session, storage)

    on_disk = [file for folder in (ended.recorded, ended.data / "replays" / ended.shown_id)
               for file in folder.iterdir() if file.name != "init-a.mp4"]  # fmt: skip
    assert used.remote_bytes == 6 * len(b"segment") + len(b"init")
    assert used.bytes == sum(file.stat().st_size for file in on_disk) + len(b"init")


def test_demo_with_a_store_that_works_lacks_nothing(url: str) -> None:
    assert findings(Settings(mode="demo", storage_url=url)) == []


def test_worker_copies_only_where_there_is_a_store(url: str, tmp_path: Path) -> None:
    alone = Settings(data=tmp_path)
    copied = Settings(data=tmp_path, storage_url=url)

    assert wiring.storage_jobs(alone, wiring.recordings(alone)) == []
    assert UPLOAD_JOB in [
        job.name for job in wiring.storage_jobs(copied, wiring.recordings(copied))
    ]


def test_address_that_is_no_bucket_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWFLOOR_STORAGE_URL", "https://key:secret@s3.example")

    answer = CliRunner().invoke(cli, ["doctor"])

    assert answer.exit_code != 0 and "s3://bucket" in str(answer.exception or answer.output)
    assert "secret@" not in str(answer.exception) + answer.output


async def test_privacy_scan_reads_what_is_in_the_store_alone(
    ended: EndedShow, url: str, prune: Prune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("showfloor.app.scan.gettempdir", lambda: str(ended.data / "nothing"))
    settings = Settings(mode="test", data=ended.data, storage_url=url)
    (ended.recorded / "2.m4s").write_bytes(b"a mail of somebody@people.example in a picture")
    await prune()

    found = scan(settings, ["somebody@people.example"])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    unread = scan(settings, ["somebody@people.example"])

    assert [each.store for each in found.found] == [f"object recordings/{ended.shown_id}/2.m4s"]
    assert "object storage: unreachable" in unread.unread and not unread.found
