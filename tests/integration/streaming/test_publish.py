"""From a publisher to a playlist that plays."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import imageio_ffmpeg
import m3u8
import pytest

from tests.integration.streaming.peers import (
    FakeWeb,
    Publisher,
    PublishRejected,
    Streaming,
    Tag,
)
from tests.integration.streaming.test_inputs import durations
from tests.waiting import bounded

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


async def test_a_publisher_becomes_a_playlist(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))

    master = m3u8.loads((await streaming.get("/live/show_a/index.m3u8")).body.decode())
    playlist = m3u8.loads(await streaming.playlist())

    assert master.playlists[0].uri == "media.m3u8"
    assert master.playlists[0].stream_info.resolution == (320, 180)
    assert master.playlists[0].stream_info.codecs.startswith("avc1.42c0")
    assert [round(segment.duration, 3) for segment in playlist.segments[:3]] == [2.0, 2.0, 2.0]
    assert web.publishes[0]["stream_key"] == "key-a"
    assert web.authorizations == {"Bearer internal-test-token"}


async def test_ffmpeg_publishes_and_ffmpeg_plays(
    streaming: Streaming, clip: Callable[[str], Path]
) -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    source = [
        "-re",
        "-readrate_initial_burst",
        "9",
        "-i",
        str(clip("plain")),
        "-c",
        "copy",
        "-f",
        "flv",
        streaming.rtmp_url("key-a"),
    ]
    host = await asyncio.create_subprocess_exec(
        ffmpeg, "-v", "error", *source, stdin=subprocess.DEVNULL
    )
    async with bounded():
        await host.wait()

    url = f"http://127.0.0.1:{streaming.http_port}/live/show_a/index.m3u8"
    viewer = await asyncio.create_subprocess_exec(
        *(
            ffmpeg,
            "-v",
            "error",
            "-live_start_index",
            "0",
            "-i",
            url,
            "-t",
            "7",
            "-f",
            "framecrc",
            "-",
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with bounded():
        out, errors = await viewer.communicate()

    frames = [line for line in out.decode().splitlines() if line.startswith("0,")]
    assert errors.decode() == ""
    assert len(frames) == 210


async def test_a_publisher_may_stop_and_publish_again_on_the_same_connection(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-b", "show_b")
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    await host.unpublish()
    await web.report(lambda ingest: ingest["state"] == "lost")
    await host.publish("key-a")
    await host.play(tags("plain"))
    again = await streaming.until(8)
    await host.unpublish()
    await host.publish("key-b")
    await host.play(tags("plain"))

    assert again.count("#EXT-X-DISCONTINUITY\n") == 1
    assert "#EXT-X-DISCONTINUITY\n" not in await streaming.until(3, "show_b")
    assert "\n10.m4s" not in await streaming.playlist("show_a")


async def test_a_second_stream_on_one_connection_is_refused_and_ends_nothing(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-b", "show_b")
    host = await publish()
    await host.play(tags("plain")[:200])

    with pytest.raises(PublishRejected, match="publishing_already"):
        await host.publish("key-b")
    await host.play(tags("plain")[200:])

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]
    assert [question["stream_key"] for question in web.publishes] == ["key-a"]


async def test_twenty_publishers_at_once(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    for number in range(20):
        web.allow(f"key-{number}", f"show_{number}")
    hosts = await asyncio.gather(*(publish(f"key-{number}") for number in range(20)))

    await asyncio.gather(*(host.play(tags("plain")) for host in hosts))
    texts = await asyncio.gather(*(streaming.until(3, f"show_{number}") for number in range(20)))

    for text in texts:
        assert [round(segment.duration, 2) for segment in m3u8.loads(text).segments if segment.uri][
            :4
        ] == [2.0, 2.0, 2.0, 2.0]
