"""Cues from web's hand to the playlist."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]
PIN = {"id": "cue_1", "kind": "pin", "payload": {"product_id": "prod_1"}}


def date_ranges(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#EXT-X-DATERANGE")]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_cue_is_stamped_with_the_newest_media(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play([tag for tag in tags("plain") if tag.time < 6500])
    text = await streaming.until(2)

    cue = (await streaming.internal("POST", "/shows/show_a/cues", PIN)).json()

    began = [
        moment(line.partition(":")[2])
        for line in text.splitlines()
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME")
    ]
    # Everything sent before has been received: the segment that began at 6 s is open.
    assert timedelta(seconds=6) < moment(cue["start"]) - began[0] < timedelta(seconds=6.6)
    assert cue == {**PIN, "start": cue["start"], "end": None, "ended": {}}
    (line,) = date_ranges(await streaming.playlist())
    assert f'ID="cue_1",CLASS="showfloor.pin",START-DATE="{cue["start"]}"' in line
    assert json.loads(base64.b64decode(line.partition('X-CUE="')[2].rstrip('"'))) == {
        **PIN,
        "start": cue["start"],
        "end": None,
    }


async def test_an_ended_cue_has_an_end_date(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    await streaming.internal("POST", "/shows/show_a/cues", PIN)

    ended = await streaming.internal("POST", "/shows/show_a/cues/cue_1/end")

    (line,) = date_ranges(await streaming.playlist())
    assert ended.status == 200
    assert f'END-DATE="{ended.json()["end"]}"' in line


async def test_the_encoder_delay_is_added(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", cue_offset_ms=-500)
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    first = (await streaming.internal("POST", "/shows/show_a/cues", PIN)).json()
    web.allow("key-a", "show_a", cue_offset_ms=0)
    seen = len(web.reports)
    await web.report(lambda ingest: len(web.reports) > seen + 1)

    second = (await streaming.internal("POST", "/shows/show_a/cues", {**PIN, "id": "cue_2"})).json()

    assert moment(second["start"]) - moment(first["start"]) == timedelta(milliseconds=500)


async def test_asking_twice_stamps_once(streaming: Streaming, publish: Publish, tags: Tags) -> None:
    host = await publish()
    await host.play([tag for tag in tags("plain") if tag.time < 4300])
    await streaming.until(1)
    first = await streaming.internal("POST", "/shows/show_a/cues", PIN)
    await host.play([tag for tag in tags("plain") if tag.time >= 4300])
    await streaming.until(3)

    assert (await streaming.internal("POST", "/shows/show_a/cues", PIN)).json() == first.json()


async def test_a_cue_that_replaces_others_starts_where_they_end(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play([tag for tag in tags("plain") if tag.time < 4300])
    await streaming.until(1)
    for cue_id in ("cue_1", "cue_2"):
        await streaming.internal("POST", "/shows/show_a/cues", {**PIN, "id": cue_id})
    await host.play([tag for tag in tags("plain") if tag.time >= 4300])
    await streaming.until(3)

    body = {**PIN, "id": "cue_3", "ends": ["cue_1", "cue_2", "cue_9"]}
    new = (await streaming.internal("POST", "/shows/show_a/cues", body)).json()

    assert new["ended"] == {"cue_1": new["start"], "cue_2": new["start"]}
    *old, last = date_ranges(await streaming.playlist())
    assert [f'END-DATE="{new["start"]}"' in line for line in old] == [True, True]
    assert "END-DATE" not in last
    assert (await streaming.internal("POST", "/shows/show_a/cues", body)).json() == new


async def test_without_an_ingest_there_is_no_moment(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    never = await streaming.internal("POST", "/shows/show_a/cues", PIN)
    host = await publish()
    early = await streaming.internal("POST", "/shows/show_a/cues", PIN)
    host.kill()
    await web.report(lambda ingest: ingest["state"] == "lost")
    late = await streaming.internal("POST", "/shows/show_a/cues", PIN)
    end = await streaming.internal("POST", "/shows/show_a/cues/cue_1/end")

    assert [(answer.status, answer.json()["code"]) for answer in (never, early, late, end)] == [
        (409, "not_live")
    ] * 4


async def test_mistakes_of_web_have_codes(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    unknown = await streaming.internal("POST", "/shows/show_a/cues/cue_9/end")
    broken = await streaming.internal("POST", "/shows/show_a/cues", {"id": 'a"b', "kind": "pin"})
    ends = await streaming.internal("POST", "/shows/show_a/cues", {**PIN, "ends": "cue_9"})
    stranger = await streaming.internal("POST", "/shows/show_a/cues", PIN, token="guess")
    nowhere = await streaming.internal("POST", "/elsewhere")

    assert [
        (answer.status, answer.json()["code"])
        for answer in (unknown, broken, ends, stranger, nowhere)
    ] == [
        (404, "cue_unknown"),
        (400, "malformed_request"),
        (400, "malformed_request"),
        (401, "not_authenticated"),
        (404, "not_found"),
    ]
    assert date_ranges(await streaming.playlist()) == []


async def test_open_cues_come_with_the_permission_to_publish(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    known = {**PIN, "start": "2026-11-23T10:00:00.123Z", "end": None}
    web.allow("key-a", "show_a", cues=[known])
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    assert len(date_ranges(await streaming.playlist())) == 1

    web.shows["show_a"]["cues"] = []
    seen = len(web.reports)
    await web.report(lambda ingest: len(web.reports) > seen + 1)
    assert date_ranges(await streaming.playlist()) == []


async def test_a_state_for_a_show_that_nobody_published_is_accepted(streaming: Streaming) -> None:
    answer = await streaming.internal("PUT", "/shows/show_never", {"state": "live"})

    assert (answer.status, answer.json()) == (200, {"publishing": False, "health": None})
