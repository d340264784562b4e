"""Recordings in object storage: copied as they grow, and the same replay without the disk."""

from __future__ import annotations

import asyncio
import io
import signal
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from sqlalchemy import select

from showfloor.kit.db import Database
from showfloor.kit.objects import Objects, ObjectsUnavailable
from showfloor.replays import service, tasks
from showfloor.replays.adapters.cutter import ProcessCutter
from showfloor.replays.adapters.objects import KEPT, ObjectStorage
from showfloor.replays.adapters.painter import ProcessPainter
from showfloor.replays.models import ReplayRow
from showfloor.web.templating import label_fonts
from tests.buckets import stalling
from tests.integration.app.conftest import client
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.stores import (
    MEDIA,
    NOW,
    Away,
    Prune,
    app,
    away,
    fetch,
    objects,
    prune,
    segments,
    storage,
    stored,
    url,
    whole,
)
from tests.integration.replays.test_captions import upload
from tests.integration.replays.test_clips import add, frames, local
from tests.integration.replays.test_decisions import change, span
from tests.integration.replays.test_killed import worker
from tests.integration.replays.test_subtitles import playlists
from tests.integration.replays.test_subtitles import segments as subtitle_segments
from tests.waiting import BOUND, until

__all__ = ["app", "away", "client", "objects", "prune", "storage", "url"]


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


def kept(folder: Path) -> set[str]:
    """What is marked as stored."""
    return {mark.name[1 : -len(KEPT)] for mark in folder.glob(f".*{KEPT}")}


async def test_worker_killed_in_the_middle_of_an_upload_is_finished_by_the_next(
    ended: EndedShow,
    endpoint: str,
    url: str,
    objects: Objects,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOWFLOOR_STORAGE_URL", url)
    for number in range(10, 30):
        (ended.recorded / f"{number}.m4s").write_bytes(bytes(300_000))
    with stalling(endpoint, most=3_000_000) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        with worker(ended, database_url) as first:
            await until(way.stalled.is_set)
            first.send_signal(signal.SIGKILL)
            first.wait(BOUND)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    left = segments(ended.recorded) - stored(objects, ended)
    sizes = {key.rpartition("/")[2]: size for key, size in whole(objects, ended).items()}

    with worker(ended, database_url):
        await until(lambda: not segments(ended.recorded) - kept(ended.recorded))

    assert left and sizes
    assert segments(ended.recorded) <= stored(objects, ended)
    assert all(size == (ended.recorded / name).stat().st_size for name, size in sizes.items())
