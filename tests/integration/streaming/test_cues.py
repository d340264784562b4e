"""Cues from web's hand to the playlist."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]
PIN = {"id": "cue_1", "kind": "pin", "payload": {"product_id": "prod_1"}}


def date_ranges(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#EXT-X-DATERANGE")]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def pin(streaming: Streaming, web: FakeWeb, cue_id: str = "cue_1") -> dict[str, Any]:
    """As web does it: ask for the moment, commit, send."""
    at = (await streaming.internal("POST", "/shows/show_a/moment")).json()["at"]
    cue = {**PIN, "id": cue_id, "start": at, "end": None}
    web.shows["show_a"]["cues"] = [*web.shows["show_a"]["cues"], cue]
    answer = await streaming.internal("PUT", "/shows/show_a/cues", {"cues": [cue]})
    assert answer.status == 200
    return cue


async def test_the_moment_is_that_of_the_newest_media(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play([tag for tag in tags("plain") if tag.time < 6500])
    text = await streaming.until(2)

    cue = await pin(streaming, web)

    began = [
        moment(line.partition(":")[2])
        for line in text.splitlines()
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME")
    ]
    # Everything sent before has been received: the segment that began at 6 s is open.
    assert timedelta(seconds=6) < moment(cue["start"]) - began[0] < timedelta(seconds=6.6)
    (line,) = date_ranges(await streaming.playlist())
    assert f'ID="cue_1",CLASS="showfloor.pin",START-DATE="{cue["start"]}"' in line
    assert json.loads(base64.b64decode(line.partition('X-CUE="')[2].rstrip('"'))) == cue


async def test_an_ended_cue_has_an_end_date_and_keeps_it(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    cue = await pin(streaming, web)
    ends = [cue["start"], "2099-01-01T00:00:00.000Z", None]
    web.shows["show_a"]["cues"] = [{**cue, "end": ends[0]}]

    for end in ends:
        await streaming.internal("PUT", "/shows/show_a/cues", {"cues": [{**cue, "end": end}]})

    (line,) = date_ranges(await streaming.playlist())
    assert f'END-DATE="{ends[0]}"' in line


async def test_the_encoder_delay_is_added(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", cue_offset_ms=-500)
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    first = (await streaming.internal("POST", "/shows/show_a/moment")).json()
    web.allow("key-a", "show_a", cue_offset_ms=0)
    seen = len(web.reports)
    await web.report(lambda ingest: len(web.reports) > seen + 1)

    second = (await streaming.internal("POST", "/shows/show_a/moment")).json()

    assert moment(second["at"]) - moment(first["at"]) == timedelta(milliseconds=500)


async def test_without_an_ingest_there_is_no_moment(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    path = "/shows/show_a/moment"
    never = await streaming.internal("POST", path)
    host = await publish()
    early = await streaming.internal("POST", path)
    host.kill()
    await web.report(lambda ingest: ingest["state"] == "lost")
    late = await streaming.internal("POST", path)

    assert [(answer.status, answer.json()["code"]) for answer in (never, early, late)] == [
        (409, "not_live")
    ] * 3


async def test_mistakes_of_web_have_codes(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    path, good = "/shows/show_a/cues", {**PIN, "start": "2026-11-23T10:00:00Z", "end": None}
    broken = [{}, {"cues": "cue_9"}, {"cues": [PIN]}, {"cues": [{**good, "id": 'a"b'}]}]
    broken += [{"cues": [{**good, "start": "yesterday"}]}, {"cues": [good, {**good, "end": 5}]}]

    refused = [await streaming.internal("PUT", path, body) for body in broken]
    stranger = await streaming.internal("PUT", path, {"cues": [good]}, token="guess")
    nowhere = await streaming.internal("POST", "/elsewhere")

    assert [(answer.status, answer.json()["code"]) for answer in refused] == [
        (400, "malformed_request")
    ] * len(broken)
    assert [(answer.status, answer.json()["code"]) for answer in (stranger, nowhere)] == [
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


async def test_orders_for_a_show_that_nobody_published_are_accepted(streaming: Streaming) -> None:
    cue = {**PIN, "start": "2026-11-23T10:00:00Z", "end": None}

    answers = [
        await streaming.internal("PUT", "/shows/show_never", {"state": "live"}),
        await streaming.internal("PUT", "/shows/show_never/cues", {"cues": [cue]}),
    ]

    assert [(answer.status, answer.json()) for answer in answers] == [(200, {})] * 2
