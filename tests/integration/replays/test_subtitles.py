"""What is said, as renditions of the replay's and the clips' playlists."""

from __future__ import annotations

import errno
from pathlib import Path

import httpx2
import m3u8
import pytest

from showfloor.kit import clock, webvtt
from showfloor.kit.db import Database
from showfloor.replays import service, tasks
from showfloor.replays.adapters.disk import DiskStorage
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_captions import upload
from tests.integration.replays.test_clips import add, local, make

INDEX = "index.m3u8"


async def write(show: EndedShow) -> None:
    """One round of the worker."""
    await tasks.write_subtitles(show.database, DiskStorage(show.data))


async def playlists(
    client: httpx2.AsyncClient, folder: str, language: str = "en"
) -> tuple[m3u8.M3U8, m3u8.M3U8]:
    """Those of the media and of what is said, as an independent parser finds them."""
    offered = m3u8.loads((await client.get(f"{folder}/{INDEX}")).text)
    (variant,) = offered.playlists
    (rendition,) = [media for media in offered.media if media.language == language]
    assert (rendition.type, rendition.group_id) == ("SUBTITLES", variant.stream_info.subtitles)
    both = [await client.get(f"{folder}/{uri}") for uri in (variant.uri, rendition.uri)]
    media, said = (m3u8.loads(answer.text) for answer in both)
    return media, said


async def segments(
    client: httpx2.AsyncClient, folder: str, said: m3u8.M3U8
) -> list[tuple[str, list[webvtt.Line]]]:
    """The second line and the cues of each."""
    answers = [await client.get(f"{folder}/{each.uri}") for each in said.segments]
    assert {answer.headers["content-type"] for answer in answers} == {"text/vtt; charset=utf-8"}
    return [(answer.text.splitlines()[1], webvtt.parse(answer.content)) for answer in answers]


async def test_replay_offers_what_is_said_on_the_media_s_own_clock(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    folder = f"/replays/{filmed.shown_id}"
    await upload(client, filmed)

    await write(filmed)

    media, said = await playlists(client, folder)
    assert said.is_endlist
    assert sum(each.duration for each in said.segments) == sum(
        each.duration for each in media.segments
    )
    ((tied, cues),) = await segments(client, folder, said)
    assert tied == "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
    assert cues == [
        webvtt.Line(1000, 2500, "Good morning & welcome"),
        webvtt.Line(5000, 7000, "This is the mug"),
    ]


async def test_what_is_hidden_breaks_picture_and_words_at_the_same_place(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    folder = f"/replays/{filmed.shown_id}"
    await upload(client, filmed)
    hidden = {"start": clock.rfc3339(filmed.at(2.5)), "end": clock.rfc3339(filmed.at(3.5))}

    answer = await client.patch(
        f"{filmed.path}/replay", json={"hidden": [hidden]}, headers=filmed.host
    )

    assert answer.status_code == 200
    media, said = await playlists(client, folder)
    breaks = [sum(each.discontinuity for each in found.segments) for found in (media, said)]
    assert breaks == [1, 1]
    (first, greeting), (second, mug) = await segments(client, folder, said)
    assert (first, greeting) == (
        "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000",
        [webvtt.Line(1000, 2000, "Good morning & welcome")],
    )
    assert second == f"X-TIMESTAMP-MAP=MPEGTS:{4 * 90_000},LOCAL:00:00:02.000"
    assert mug == [webvtt.Line(3000, 5000, "This is the mug")]


async def test_words_that_cannot_be_written_hold_up_no_hiding_and_come_later(
    client: httpx2.AsyncClient, filmed: EndedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full."""
    await upload(client, filmed)
    await write(filmed)
    hidden = {"start": clock.rfc3339(filmed.at(2.5)), "end": clock.rfc3339(filmed.at(3.5))}
    written = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if "captions" in path.name:
            raise OSError(errno.ENOSPC, "full")
        return written(path, data)

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", refuse)
        answer = await client.patch(
            f"{filmed.path}/replay", json={"hidden": [hidden]}, headers=filmed.host
        )

    folder = f"/replays/{filmed.shown_id}"
    assert answer.status_code == 200 and "2.m4s" not in filmed.public()
    assert "SUBTITLES" not in (await client.get(f"{folder}/{INDEX}")).text
    assert "2.m4s" not in (await client.get(f"{folder}/media.m3u8")).text
    await write(filmed)
    _, said = await playlists(client, folder)
    assert len(await segments(client, folder, said)) == 2


async def test_clip_offers_its_part_of_what_is_said(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    early = (await add(client, filmed, 2, 6)).json()
    silent = (await add(client, filmed, 7.5, 9.5)).json()
    await make(filmed)
    await upload(client, filmed)
    await write(filmed)
    later = (await add(client, filmed, 2, 6)).json()
    await make(filmed)

    for clip in (early, later):
        folder = local(clip["hls_url"]).removesuffix(f"/{INDEX}")
        media, said = await playlists(client, folder)
        ((_, cues),) = await segments(client, folder, said)
        assert cues == [
            webvtt.Line(0, 500, "Good morning & welcome"),
            webvtt.Line(3000, 4000, "This is the mug"),
        ]
        assert media.is_endlist
    assert "SUBTITLES" not in (await client.get(local(silent["hls_url"]))).text


async def test_captions_that_are_deleted_are_offered_no_more(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    before = filmed.public()
    await upload(client, filmed)
    await upload(client, filmed, language="ar")
    await write(filmed)
    assert len(filmed.public() - before) == 4

    await client.delete(f"{filmed.path}/captions/en", headers=filmed.host)
    await client.delete(f"{filmed.path}/captions/ar", headers=filmed.host)
    await write(filmed)

    assert filmed.public() == before
    index = (await client.get(f"/replays/{filmed.shown_id}/{INDEX}")).text
    assert "SUBTITLES" not in index


async def test_words_that_no_worker_wrote_are_written_by_the_next(
    client: httpx2.AsyncClient, filmed: EndedShow, database: Database
) -> None:
    await write(filmed)
    await upload(client, filmed)
    (filmed.data / "replays" / filmed.shown_id / ".captions-en.m3u8.part").mkdir()

    failed = False
    try:
        await write(filmed)
    except IsADirectoryError:
        failed = True
    async with database.session() as session:
        due = await service.list_subtitles_due(session)
    assert (failed, due) == (True, [filmed.id])

    (filmed.data / "replays" / filmed.shown_id / ".captions-en.m3u8.part").rmdir()
    await write(filmed)
    _, said = await playlists(client, f"/replays/{filmed.shown_id}")
    assert len(said.segments) == 1
    async with database.session() as session:
        assert await service.list_subtitles_due(session) == []
