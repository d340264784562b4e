"""A host who drops and comes back, another camera, a restart of the process: the show goes on and
its clock never goes back.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable

import m3u8

from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


def moments(text: str) -> list[str]:
    return [
        line.partition(":")[2]
        for line in text.splitlines()
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME")
    ]


def inits(text: str) -> list[str]:
    return [line.split('"')[1] for line in text.splitlines() if line.startswith("#EXT-X-MAP")]


async def test_a_killed_publisher_comes_back_with_the_same_init(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    host.kill()
    await web.report(lambda ingest: ingest["state"] == "lost")
    lost = await streaming.playlist()

    again = await publish()
    await again.play(tags("plain"))
    text = await streaming.until(6)

    assert "#EXT-X-ENDLIST" not in lost
    assert lost.count("#EXTINF") == 5  # what had come was finished
    assert len(inits(text)) == 1
    assert [segment.discontinuity for segment in m3u8.loads(text).segments].count(True) == 1
    assert moments(text) == sorted(moments(text))


async def test_a_viewer_keeps_waiting_while_the_host_is_away(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    host.kill()
    await web.report(lambda ingest: ingest["state"] == "lost")
    waiting = asyncio.create_task(streaming.playlist(query="?_HLS_msn=5&_HLS_part=0"))

    again = await publish()
    await again.play(tags("plain"))

    assert '"5.0.m4s"' in await waiting


async def test_another_resolution_has_another_init(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    host.kill()

    again = await publish()
    await again.play(tags("larger"))
    text = await streaming.until(6)

    assert len(set(inits(text))) == 2
    master = m3u8.loads((await streaming.get("/live/show_a/index.m3u8")).body.decode())
    assert master.playlists[0].stream_info.resolution == (480, 270)
    for name in inits(text):
        assert (await streaming.get(f"/live/show_a/{name}")).body[4:8] == b"ftyp"


async def test_another_frame_rate_keeps_the_part_target(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    before = m3u8.loads(await streaming.until(3))
    host.kill()

    again = await publish()
    await again.play(tags("film"))
    after = m3u8.loads(await streaming.until(6))

    assert before.part_inf.part_target == after.part_inf.part_target == 0.201
    assert all(part.duration <= 0.201 for segment in after.segments for part in segment.parts)


async def test_a_stopped_publisher_is_lost_at_once(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("mute"))
    await host.stop()

    lost = await web.report(lambda ingest: ingest["state"] == "lost")
    assert lost["health"] is None


async def test_a_restart_goes_on_with_numbers_and_clock(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    before = await streaming.until(3)
    await streaming.begun(4)
    web.reports.clear()
    await streaming.stop(signal.SIGKILL)
    await streaming.start()
    restored = await web.report(lambda ingest: ingest["state"] == "lost")
    alone = m3u8.loads((await streaming.opened("/live/show_a/media.m3u8")).body.decode())
    parts = [
        (await streaming.get(f"/live/show_a/{file}")).status
        for file in ("3.m4s", "3.0.m4s", "3.1.m4s")
    ]

    again = await publish()
    await again.play(tags("plain"))
    text = await streaming.until(6)

    assert restored["ingest_id"].startswith("ingest_")
    assert [part for segment in alone.segments for part in segment.parts] == [] and parts == [
        200,
        404,
        404,
    ]
    numbers = [
        int(segment.uri.partition(".")[0]) for segment in m3u8.loads(text).segments if segment.uri
    ]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 3
    assert text.count("#EXT-X-GAP\n") == 1  # number 4 was taken when the process died
    assert [(await streaming.get(f"/live/show_a/{msn}.m4s")).status for msn in (3, 4, 5)] == [
        200,
        404,
        200,
    ]
    assert moments(text) == sorted(moments(text))
    assert moments(text)[: 4 - numbers[0]] == moments(before)[numbers[0] : 4]
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1


async def test_an_orderly_end_loses_nothing(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)
    await streaming.stop(signal.SIGTERM)

    folder = streaming.data_dir / "recordings" / "show_a"
    lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    complete = [line for line in lines if "msn" in line]
    assert [line["msn"] for line in complete] == [0, 1, 2, 3, 4]
    assert sum(line["duration"] for line in complete) in range(8900, 9100)
    assert all((folder / f"{line['msn']}.m4s").stat().st_size == line["bytes"] for line in complete)
    assert streaming.process.returncode == 0


async def test_web_may_be_away_for_a_while(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    sent = tags("plain")
    await host.play(sent[:330])
    await streaming.until(1)
    port = web.port
    await web.stop()
    await host.play(sent[330:])
    await streaming.until(3)

    web.reports.clear()
    await web.start(port)
    assert (await web.report(lambda ingest: True))["state"] == "publishing"
