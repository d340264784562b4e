"""What a player relies on: blocking reloads, immutable parts, previews that stay private, and
nothing that asks for a cookie.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import m3u8
import pytest

from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag, until_read
from tests.waiting import bounded

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]
MEDIA = "/live/show_a/media.m3u8"


def before(tags: list[Tag], time: int) -> list[Tag]:
    return [tag for tag in tags if tag.time < time]


def after(tags: list[Tag], time: int) -> list[Tag]:
    return [tag for tag in tags if tag.time >= time]


async def test_a_blocking_reload_is_answered_with_the_part_it_asked_for(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await streaming.until(1)
    asked = f"{MEDIA}?_HLS_msn=2"
    waiting = [await streaming.asked(f"{asked}&_HLS_part={part}") for part in (3, 4, 5)]
    whole, beyond = await streaming.asked(asked), await streaming.asked(f"{asked}&_HLS_part=99")

    # None of it exists before, so whoever is told of it has waited.
    await host.play(after(tags("plain"), 4300))

    for part, task in zip((3, 4, 5), waiting, strict=True):
        assert f'"2.{part}.m4s"' in (await task).text()
    assert "\n2.m4s" in (await whole).text()
    assert '"3.0.m4s"' in (await beyond).text()


@pytest.mark.parametrize(
    "query",
    [
        "?_HLS_part=1",
        "?_HLS_msn=x",
        "?_HLS_msn=-1",
        "?_HLS_msn=99",
        "?_HLS_msn=2&_HLS_part=x",
        "?_HLS_msn=99999999999999999999",
    ],
)
async def test_a_directive_that_makes_no_sense_is_refused(
    query: str, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    response = await streaming.get(f"/live/show_a/media.m3u8{query}")

    assert (response.status, response.json()["code"]) == (400, "delivery_directive_invalid")


async def test_the_hinted_part_is_sent_as_soon_as_it_exists(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    text = await streaming.until(1)
    hinted = m3u8.loads(text).preload_hint.uri
    waiting = await streaming.asked(f"/live/show_a/{hinted}")

    await host.play(after(tags("plain"), 4300))

    assert (await waiting).body[4:8] == b"moof"


async def test_a_delta_update_leaves_out_what_the_player_has(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    for repeat in range(5):
        await host.play([tag._replace(time=tag.time + repeat * 6000) for tag in tags("mute")])
    whole = await streaming.until(13)

    delta = await streaming.playlist(query="?_HLS_skip=YES")

    skipped = m3u8.loads(delta).skip.skipped_segments
    assert skipped >= 1
    assert delta.count("#EXTINF") == whole.count("#EXTINF") - skipped
    assert delta.splitlines()[-5:] == whole.splitlines()[-5:]


async def test_parts_make_their_segment_and_never_change(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    segment = await streaming.get("/live/show_a/3.m4s")
    parts = [await streaming.get(f"/live/show_a/3.{number}.m4s") for number in range(10)]
    init = await streaming.get(
        "/live/show_a/" + m3u8.loads(await streaming.playlist()).segments[0].init_section.uri
    )

    assert b"".join(part.body for part in parts) == segment.body
    for response in (segment, parts[0], init):
        assert (response.status, response.headers["content-type"]) == (200, "video/mp4")
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "file", ["99.m4s", "3.99.m4s", "init-0000.mp4", "x.m4s", "3.x.m4s", "other.txt", "..", ""]
)
async def test_what_is_not_there_is_404(
    file: str, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    response = await streaming.get(f"/live/show_a/{file}")

    assert (response.status, response.json()["code"]) == (404, "not_found")
    assert response.headers["access-control-allow-origin"] == "*"


async def test_methods(streaming: Streaming, publish: Publish, tags: Tags) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    head = await streaming.get("/live/show_a/3.m4s", method="HEAD")
    options = await streaming.get("/live/show_a/3.m4s", method="OPTIONS")
    post = await streaming.get("/live/show_a/3.m4s", method="POST")

    assert (head.status, int(head.headers["content-length"]) > 10_000) == (200, True)
    assert (options.status, options.headers["access-control-allow-methods"]) == (
        204,
        "GET, HEAD, OPTIONS",
    )
    assert (post.status, post.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_one_connection_serves_many_requests_in_order(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await streaming.until(1)
    reader, writer = await asyncio.open_connection("127.0.0.1", streaming.http_port)
    writer.write(
        b"GET /live/show_a/media.m3u8?_HLS_msn=2 HTTP/1.1\r\nHost: x\r\n\r\n"
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )

    await host.play(after(tags("plain"), 4300))
    async with bounded():
        said = (await reader.read()).decode()
    writer.close()

    assert said.count("HTTP/1.1 200 OK") == 2
    assert said.index("2.m4s") < said.index('{"status": "ok"}')


async def test_a_viewer_who_leaves_while_waiting_is_forgotten(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await streaming.until(1)
    for _ in range(50):
        _, writer = await asyncio.open_connection("127.0.0.1", streaming.http_port)
        writer.write(b"GET /live/show_a/media.m3u8?_HLS_msn=2 HTTP/1.1\r\nHost: x\r\n\r\n")
        await until_read(writer)
        writer.transport.abort()

    await host.play(after(tags("plain"), 4300))

    assert "\n2.m4s" in await streaming.until(2)


async def test_the_window_is_bounded(streaming: Streaming, publish: Publish, tags: Tags) -> None:
    host = await publish()
    for repeat in range(6):
        await host.play([tag._replace(time=tag.time + repeat * 9000) for tag in tags("plain")])

    text = await streaming.until(28)

    listed = [segment.uri for segment in m3u8.loads(text).segments if segment.uri]
    assert len(listed) <= 9
    assert (await streaming.get("/live/show_a/0.m4s")).status == 404


async def test_a_preview_is_for_the_team_alone(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", "scheduled")
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await web.report(lambda ingest: ingest["state"] == "publishing")
    await web.report(lambda ingest: ingest["health"]["video"] is not None)

    team = await streaming.opened("/live/show_a/index.m3u8?preview=team")
    text = await streaming.playlist(query="?preview=team")
    strangers = [
        (await streaming.get(f"/live/show_a/{path}")).status
        for path in (
            "index.m3u8",
            "media.m3u8",
            "0.m4s",
            "0.0.m4s",
            "media.m3u8?preview=guess",
            "media.m3u8?preview=",
        )
    ]

    assert "media.m3u8?preview=team" in team.body.decode()
    assert team.headers["cache-control"] == "private, no-store"
    assert "0.m4s?preview=team" in text
    assert (await streaming.get("/live/show_a/0.m4s?preview=team")).status == 200
    assert strangers == [404] * 6


async def test_going_live_shows_nothing_of_the_preview(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", "scheduled")
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await web.report(
        lambda ingest: ingest["health"] is not None and ingest["health"]["video"] is not None
    )
    await streaming.opened("/live/show_a/index.m3u8?preview=team")
    await streaming.playlist(query="?preview=team&_HLS_msn=1")
    web.shows["show_a"]["state"] = "live"

    answer = await streaming.internal("PUT", "/shows/show_a", {"state": "live"})
    first = await streaming.asked(MEDIA)
    await host.play(after(tags("plain"), 4300))
    text = (await first).text()

    assert answer.status == 200
    assert m3u8.loads(text).media_sequence == 3
    assert (await streaming.get("/live/show_a/2.m4s")).status == 404
    assert (await streaming.get("/live/show_a/2.m4s?preview=team")).status == 200


async def test_an_answer_from_before_going_live_takes_nothing_back(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", "scheduled")
    host = await publish()
    await host.play(before(tags("plain"), 2300))
    await streaming.opened("/live/show_a/index.m3u8?preview=team")
    web.hold.clear()
    seen = len(web.reports)
    await web.report(lambda ingest: len(web.reports) > seen)
    web.shows["show_a"] = {**web.shows["show_a"], "state": "live"}
    await streaming.internal("PUT", "/shows/show_a", {"state": "live"})
    await host.play(after(tags("plain"), 2300))
    first = m3u8.loads(await streaming.until(3)).media_sequence
    cue = {
        "id": "cue_1",
        "kind": "pin",
        "start": "2026-11-23T10:00:00Z",
        "end": None,
        "payload": {},
    }
    web.shows["show_a"] = {**web.shows["show_a"], "cues": [cue]}
    await streaming.internal("PUT", "/shows/show_a/cues", {"cues": [cue]})

    seen = len(web.reports)
    web.hold.set()
    await web.report(lambda ingest: len(web.reports) > seen + 1)

    text = await streaming.playlist()
    assert m3u8.loads(text).media_sequence == first
    assert "cue_1" in text


async def test_an_ended_show_is_closed_for_host_and_viewers(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await streaming.until(1)
    waiting = await streaming.asked(f"{MEDIA}?_HLS_msn=2&_HLS_part=9")
    web.shows["show_a"]["state"] = "ended"

    await streaming.internal("PUT", "/shows/show_a", {"state": "ended"})

    await host.closed_by_server()
    assert (await waiting).text().endswith("#EXT-X-ENDLIST\n")
    assert m3u8.loads(await streaming.playlist()).is_endlist
    assert (await streaming.get("/live/show_a/1.m4s")).status == 200


async def test_health_needs_no_token(streaming: Streaming) -> None:
    response = await streaming.get("/healthz")

    assert (response.status, response.json()) == (200, {"status": "ok"})
