"""Clips: made out of sight, public whole or not at all, and gone with what they show."""

from __future__ import annotations

import asyncio
import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import httpx2
import m3u8
import pytest
from PIL import Image, ImageStat

from showfloor.kit import clock, ids, recording
from showfloor.kit.db import Database
from showfloor.replays import tasks
from showfloor.replays.adapters.cutter import CutClip, CutOrder, Label, Piece, ProcessCutter
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.shows import service as shows
from showfloor.shows.types import Disclosure
from showfloor.web.templating import label_fonts
from tests.integration.replays.conftest import EndedShow, EndShow
from tests.integration.replays.films import SIZE, brightness_at, make_film
from tests.integration.replays.test_decisions import change, span
from tests.people import FakeStreaming, add_host, add_key
from tests.waiting import until

NEAR = 8
FRAMES_A_SECOND = 10


async def make(show: EndedShow, cutter: ProcessCutter | None = None) -> datetime | None:
    """One round of the worker."""
    return await tasks.make_clips(
        show.database, DiskStorage(show.data), cutter or ProcessCutter(), label_fonts()
    )


async def add(
    client: httpx2.AsyncClient, show: EndedShow, start: float, end: float, **more: Any
) -> httpx2.Response:
    body = {"from": clock.rfc3339(show.at(start)), "to": clock.rfc3339(show.at(end))}
    return await client.post(
        f"{show.path}/clips", json={"title": "The glaze", **body, **more}, headers=show.host
    )


async def state(client: httpx2.AsyncClient, show: EndedShow, clip: str) -> str:
    listed = (await client.get(f"{show.path}/clips", headers=show.host)).json()["items"]
    return str(next(each["state"] for each in listed if each["id"] == clip))


def local(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def frames(data: bytes) -> list[tuple[float, float]]:
    """Time and brightness of every frame."""
    with av.open(io.BytesIO(data), mode="r") as media:
        return [
            (frame.time or 0.0, float(ImageStat.Stat(_grey(frame)).mean[0]) * 219 / 255 + 16)
            for frame in media.decode(media.streams.video[0])
        ]


def _grey(frame: av.VideoFrame) -> Image.Image:
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV types it no further
    return picture.convert("L")


@pytest.mark.parametrize(("start", "to"), [(2, 8), (3.5, 7.5), (4.2, 5.4)])
async def test_clip_begins_and_ends_on_its_frames_wherever_key_frames_are(
    client: httpx2.AsyncClient, filmed: EndedShow, start: float, to: float
) -> None:
    added = await add(client, filmed, start, to)
    assert (added.status_code, added.json()["state"]) == (201, "preparing")
    assert (await client.get(local(added.json()["mp4_url"]))).status_code == 404

    await make(filmed)

    clip = added.json()
    assert await state(client, filmed, clip["id"]) == "ready"
    found = frames((await client.get(local(clip["mp4_url"]))).content)
    assert len(found) == round((to - start) * FRAMES_A_SECOND)
    for number, (at, level) in enumerate(found):
        assert at == pytest.approx(number / FRAMES_A_SECOND, abs=0.03)
        assert level == pytest.approx(brightness_at(start + number / FRAMES_A_SECOND), abs=NEAR)


async def test_stream_of_a_clip_knows_the_show_clock_and_its_cues(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    clip = (await add(client, filmed, 1.5, 9)).json()
    await make(filmed)

    offered = m3u8.loads((await client.get(local(clip["hls_url"]))).text)
    (variant,) = offered.playlists
    assert variant.stream_info.codecs == "avc1.42c00b,mp4a.40.2"
    assert variant.stream_info.resolution == SIZE
    answer = await client.get(local(clip["hls_url"]).replace("index.m3u8", variant.uri))
    playlist = m3u8.loads(answer.text)
    assert playlist.is_endlist
    first = playlist.segments[0]
    assert clock.rfc3339(first.program_date_time) == clip["from"]
    assert sum(segment.duration for segment in playlist.segments) == pytest.approx(7.5, abs=0.2)
    assert answer.text.count("DATERANGE") == 1
    url = local(clip["hls_url"]).replace("index.m3u8", "clip.m4s")
    data = (await client.get(url)).content
    size, _, offset = playlist.segments[-1].byterange.partition("@")
    assert int(offset) + int(size) == len(data)
    assert len(frames(data)) == 75


async def test_clip_that_cannot_be_made_does_not_hold_up_the_next(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    broken = (await add(client, filmed, 2, 4)).json()
    healthy = (await add(client, filmed, 5, 7)).json()
    (filmed.data / "replays" / broken["id"]).write_text("in the way")

    with pytest.raises(NotADirectoryError):
        await make(filmed)

    assert await state(client, filmed, healthy["id"]) == "ready"
    assert await state(client, filmed, broken["id"]) == "preparing"


async def test_page_of_a_clip_is_known_to_others_without_script(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    clip = (await add(client, filmed, 2, 4)).json()
    other = (await add(client, filmed, 5, 7, title={"en": "The kiln", "ar": "الفرن"})).json()
    await make(filmed)

    page = (await client.get(f"/c/{clip['slug']}")).text
    home = (await client.get("/")).text
    slug = (await client.get(filmed.path)).json()["slug"]
    frame = await client.get(f"/embed/{slug}", params={"clip": clip["slug"]})
    foreign = await client.get(f"/embed/{slug}", params={"clip": "nothing"})

    assert f'<meta property="og:video" content="{clip["mp4_url"]}">' in page
    (linked,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    found = json.loads(linked)
    assert (found["@type"], found["name"], found["duration"]) == (
        "VideoObject",
        "The glaze",
        "PT2S",
    )
    assert found["contentUrl"] == clip["mp4_url"]
    assert f'<li><a href="/c/{other["slug"]}">' in page
    (feature,) = re.findall(r'<div class="feature">(.*?)<h2 id="shelf-title">', page, re.DOTALL)
    assert "Mug" in feature and "£" in feature
    assert f"/c/{clip['slug']}" in home
    assert (frame.status_code, clip["hls_url"] in frame.text) == (200, True)
    assert other["url"] in frame.text
    assert foreign.status_code == 404


async def test_file_of_a_clip_answers_ranges_and_knows_what_somebody_has(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    clip = (await add(client, filmed, 2, 4)).json()
    await make(filmed)
    url = local(clip["mp4_url"])

    whole = await client.get(url)
    part = await client.get(url, headers={"Range": "bytes=4-7"})
    beyond = await client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    known = await client.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert whole.headers["content-type"] == "video/mp4"
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.content)}"
    assert [beyond.status_code, known.status_code] == [416, 304]


async def test_clip_of_a_live_show_waits_for_its_last_segment(
    client: httpx2.AsyncClient, on_air: EndedShow, film: Path
) -> None:
    for file in ("init-a.mp4", *(f"{msn}.m4s" for msn in range(1, 6))):
        (on_air.recorded / file).write_bytes((film / file).read_bytes())
    added = await add(client, on_air, 6, 9.5)

    assert await make(on_air) is None

    assert await state(client, on_air, added.json()["id"]) == "ready"
    early = await add(client, on_air, 8, 12)
    assert early.status_code == 201


@pytest.mark.parametrize("what", ["hide", "trim", "delete"])
async def test_clip_is_gone_with_what_it_shows_before_the_answer(
    client: httpx2.AsyncClient, filmed: EndedShow, what: str
) -> None:
    clip = (await add(client, filmed, 2, 5)).json()
    other = (await add(client, filmed, 6, 8)).json()
    await make(filmed)

    if what == "hide":
        await change(client, filmed, hidden=[span(filmed, 4.5, 5.5)])
    elif what == "trim":
        await change(client, filmed, trim_start=clock.rfc3339(filmed.at(3)))
    else:
        await client.delete(f"{filmed.path}/replay", headers=filmed.host)

    gone = [clip, other] if what == "delete" else [clip]
    for each in gone:
        for url in ("mp4_url", "hls_url", "poster_url"):
            assert (await client.get(local(each[url]))).status_code == 404
        assert (await client.get(f"/c/{each['slug']}")).status_code == 404
        assert await state(client, filmed, each["id"]) == "unavailable"
    await make(filmed)
    assert await state(client, filmed, clip["id"]) == "unavailable"
    kept = (await client.get(local(other["mp4_url"]))).status_code
    assert kept == (404 if what == "delete" else 200)


async def test_clip_comes_back_with_its_part(client: httpx2.AsyncClient, filmed: EndedShow) -> None:
    clip = (await add(client, filmed, 2, 5)).json()
    await make(filmed)
    await change(client, filmed, hidden=[span(filmed, 4, 5)])

    await change(client, filmed, hidden=[])
    await make(filmed)

    assert await state(client, filmed, clip["id"]) == "ready"
    assert (await client.get(local(clip["mp4_url"]))).status_code == 200


class Interrupted(ProcessCutter):
    """Does something while the clip is being cut, or dies of it."""

    def __init__(self, meanwhile: Any) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def cut(self, order: CutOrder) -> CutClip | None:
        made = await super().cut(order)
        await self.meanwhile()
        return made


async def test_part_hidden_while_its_clip_is_cut_never_becomes_public(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    clip = (await add(client, filmed, 2, 5)).json()

    async def hide() -> None:
        await change(client, filmed, hidden=[span(filmed, 3, 4)])

    await make(filmed, Interrupted(hide))

    assert (await client.get(local(clip["mp4_url"]))).status_code == 404
    assert await state(client, filmed, clip["id"]) == "unavailable"


async def test_worker_killed_in_the_middle_leaves_nothing_and_finishes_later(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    clip = (await add(client, filmed, 2, 5)).json()

    async def die() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await make(filmed, Interrupted(die))
    assert (await client.get(local(clip["mp4_url"]))).status_code == 404
    assert await state(client, filmed, clip["id"]) == "preparing"

    await make(filmed)

    assert await state(client, filmed, clip["id"]) == "ready"


async def test_unpublished_and_deleted_clips_are_gone_before_the_answer(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    clip, other = [(await add(client, filmed, start, 5)).json() for start in (2, 3)]
    await make(filmed)

    unpublished = await client.patch(
        f"/api/v1/clips/{clip['id']}", json={"public": False}, headers=filmed.host
    )
    deleted = await client.delete(f"/api/v1/clips/{other['id']}", headers=filmed.host)

    assert (unpublished.json()["state"], deleted.status_code) == ("draft", 204)
    for each in (clip, other):
        assert (await client.get(local(each["mp4_url"]))).status_code == 404
    listed = (await client.get(f"{filmed.path}/clips", headers=filmed.host)).json()["items"]
    assert [each["id"] for each in listed] == [clip["id"]]
    assert (await client.get(f"{filmed.path}/clips")).json()["items"] == []


async def test_what_is_only_in_a_clip_is_for_sale(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    sku = filmed.floor.products[0].variants[0].sku
    hold = {"lines": [{"sku": sku, "quantity": 1}]}
    await change(client, filmed, public=False)

    async def answer() -> int:
        key = {"Idempotency-Key": ids.secret()}
        return (await client.post(f"{filmed.path}/holds", json=hold, headers=key)).status_code

    assert await answer() == 409
    await add(client, filmed, 2, 5)
    await make(filmed)

    async def is_for_sale() -> bool:
        return await answer() == 201

    # A web process keeps what a show sells for a second.
    await until(is_for_sale)


async def test_label_that_has_to_be_said_is_burnt_into_the_file(
    client: httpx2.AsyncClient, on_air: EndedShow, end: EndShow, film: Path
) -> None:
    for file in ("init-a.mp4", *(f"{msn}.m4s" for msn in range(1, 6))):
        (on_air.recorded / file).write_bytes((film / file).read_bytes())
    streaming = FakeStreaming()
    streaming.media_time = on_air.at(4)
    async with on_air.database.session() as session:
        await shows.disclose(
            session,
            person=on_air.floor.host,
            show_id=on_air.id,
            disclosure=Disclosure.PAID_PARTNERSHIP,
            moment=streaming.now,
        )
    show = await end()
    show.note(recording.ENDED)
    await show.publish()
    clip = (await add(client, show, 2, 8)).json()
    await make(show)

    data = (await client.get(local(clip["mp4_url"]))).content
    with av.open(io.BytesIO(data), mode="r") as media:
        # A label is dark with white letters: the only thing in the picture with an edge.
        edges = [
            _grey(frame).crop((20, 0, 160, 60)).getextrema()
            for frame in media.decode(media.streams.video[0])
        ]
    spread = [int(high) - int(low) for low, high in edges]  # type: ignore[arg-type]  # a grey picture has one band
    assert max(spread[:19]) < 30
    assert min(spread[21:]) > 100


@pytest.mark.parametrize("sounds", [[False], [True, False], [False, True], [True, True]])
async def test_labelled_clip_has_the_sound_that_there_is(
    sounds: list[bool], tmp_path: Path
) -> None:
    pieces = []
    for number, sound in enumerate(sounds):
        film = tmp_path / f"film-{number}"
        film.mkdir()
        make_film(film, sound=sound)
        pieces.append(Piece(str(film / "init-a.mp4"), [str(film / "1.m4s")], 0, 2000))
    font = next(iter(label_fonts().values()))
    label = Label("Paid partnership", str(font), 0, 2000)

    cut = await ProcessCutter().cut(CutOrder(str(tmp_path), pieces, [label]))

    assert cut is not None
    assert cut.seconds == pytest.approx(2 * len(sounds), abs=0.2)
    with av.open(str(tmp_path / "clip.mp4"), mode="r") as media:
        assert len(media.streams.audio) == any(sounds)


async def test_pin_suggests_a_clip_once_and_nobody_else_sees_it(
    client: httpx2.AsyncClient, on_air: EndedShow, end: EndShow
) -> None:
    streaming = FakeStreaming()
    streaming.media_time = on_air.at(1)
    async with on_air.database.session() as session:
        cue = await shows.pin(
            session,
            moment=streaming.now,
            person=on_air.floor.host,
            show_id=on_air.id,
            product_id=on_air.floor.products[1].id,
        )
        streaming.advance(20)
        await shows.end_cue(session, moment=streaming.now, person=on_air.floor.host, cue_id=cue.id)
    for msn in range(6, 14):
        on_air.record(msn, 2 * (msn - 1))
    show = await end()
    show.note(recording.ENDED)
    await show.publish()

    listed = (await client.get(f"{show.path}/clips", headers=show.host)).json()["items"]
    assert [(each["state"], each["title"]["en"]) for each in listed] == [
        ("suggested", "Scarf"),
        ("suggested", "Mug"),
    ]
    assert listed[0]["product_id"] == ids.encode("prod", on_air.floor.products[1].id)
    lengths = [_seconds(each["from"], each["to"]) for each in listed]
    assert lengths == [20.0, 15.0]
    assert (await client.get(f"{show.path}/clips")).json()["items"] == []
    await client.delete(f"/api/v1/clips/{listed[0]['id']}", headers=show.host)
    await change(client, show, public=True)
    again = (await client.get(f"{show.path}/clips", headers=show.host)).json()["items"]
    assert [each["id"] for each in again] == [listed[1]["id"]]


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


@pytest.mark.parametrize(
    ("start", "to", "status", "code"),
    [
        (5, 5, 422, "clip_span_invalid"),
        (5, 2, 422, "clip_span_invalid"),
        (0, 500, 422, "clip_span_invalid"),
        (2, 5, 409, "clip_span_unavailable"),
    ],
)
async def test_span_that_cannot_be_a_clip_makes_none(
    client: httpx2.AsyncClient, ended: EndedShow, start: float, to: float, status: int, code: str
) -> None:
    await change(client, ended, hidden=[span(ended, 4, 5)])

    answer = await add(client, ended, start, to)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await client.get(f"{ended.path}/clips", headers=ended.host)).json()["items"] == []


async def test_clip_that_cannot_be_decoded_failed_and_is_not_public(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    clip = (await add(client, ended, 2, 5)).json()

    assert await make(ended) is None

    assert await state(client, ended, clip["id"]) == "failed"
    assert (await client.get(local(clip["mp4_url"]))).status_code == 404


async def test_clips_are_their_host_s_alone(
    client: httpx2.AsyncClient, ended: EndedShow, database: Database
) -> None:
    clip = (await add(client, ended, 2, 5, public=False)).json()
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))
    path = f"/api/v1/clips/{clip['id']}"

    answers = [
        await client.patch(path, json={"public": True}, headers=stranger),
        await client.delete(path, headers=stranger),
        await client.post(
            f"{ended.path}/clips",
            json={"from": clip["from"], "to": clip["to"], "title": "Mine"},
            headers=stranger,
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert await state(client, ended, clip["id"]) == "draft"
