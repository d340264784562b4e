"""What encoders send: everything on the acceptance list, as real bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import m3u8
import pytest

from showfloor.streaming.rtmp import amf, chunks, messages
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag, is_config, shifted

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


def codes(ingest: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in (ingest["health"] or {}).get("warnings", [])]


def durations(text: str) -> list[float]:
    return [round(segment.duration, 3) for segment in m3u8.loads(text).segments if segment.uri]


async def codecs(streaming: Streaming) -> str:
    master = m3u8.loads((await streaming.get("/live/show_a/index.m3u8")).body.decode())
    return str(master.playlists[0].stream_info.codecs)


def jumping(tags: list[Tag], at: int, by: int) -> list[Tag]:
    return [
        tag if tag.time < at else tag._replace(time=(tag.time + by) & 0xFFFFFFFF) for tag in tags
    ]


@pytest.mark.parametrize("start", [0, 5_000, 0xFFFFFF - 3000, 0xFFFFFFFF - 3000, 0x7FFFFFFF - 3000])
async def test_any_start_and_any_wrap_plays_the_same(
    start: int, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(shifted(tags("plain"), start))

    text = await streaming.until(3)

    assert durations(text)[:4] == [2.0, 2.0, 2.0, 2.0]
    assert "DISCONTINUITY\n" not in text


@pytest.mark.parametrize("jump", [100_000, -100_000])
async def test_a_jump_of_the_clock_is_bridged_and_told(
    jump: int, streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(jumping(list(shifted(tags("plain"), 200_000)), 203_000, jump))

    text = await streaming.until(3)

    assert durations(text)[0] == 2.0
    assert sum(durations(text)[:4]) == pytest.approx(8.0, abs=0.1)
    assert m3u8.loads(text).target_duration == 2
    await web.report(lambda ingest: "timestamps_jumped" in codes(ingest))


async def test_small_steps_back_are_swallowed(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    def shaken(tag: Tag) -> Tag:
        return tag._replace(
            time=max(0, tag.time - (40 if tag.kind == 9 and tag.time % 7 == 0 else 0))
        )

    host = await publish()
    await host.play(shaken(tag) for tag in tags("plain"))

    assert sum(durations(await streaming.until(3))[:4]) == pytest.approx(8.0, abs=0.1)
    assert "timestamps_jumped" not in codes(
        await web.report(lambda ingest: ingest["health"] is not None)
    )


async def test_no_sound(streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags) -> None:
    host = await publish()
    await host.play(tags("mute"))

    await streaming.until(1)

    assert (await codecs(streaming)).startswith("avc1.") and "mp4a" not in await codecs(streaming)
    report = await web.report(lambda ingest: "no_audio" in codes(ingest))
    assert report["health"]["audio"] is None


async def test_sound_that_starts_late(streaming: Streaming, publish: Publish, tags: Tags) -> None:
    host = await publish()
    await host.play(
        tag
        for tag in tags("plain")
        if tag.kind == 9 or tag.time > 3000 or (is_config(tag) and tag.kind != 8)
    )
    assert "mp4a" not in await codecs(streaming)

    await host.play([tag for tag in tags("plain") if tag.kind == 8 and is_config(tag)])
    await host.play(shifted((tag for tag in tags("plain") if not is_config(tag)), 9000))
    text = await streaming.until(7)

    assert "mp4a" in await codecs(streaming)
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1


async def test_a_sound_configuration_within_the_first_second_is_waited_for(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    sent = tags("plain")
    config = next(tag for tag in sent if tag.kind == 8 and is_config(tag))
    rest = [tag for tag in sent if tag is not config]
    at = next(number for number, tag in enumerate(rest) if tag.time > 600)
    host = await publish()
    empty = config._replace(body=config.body[:2])
    await host.play([empty, *rest[:at], config._replace(time=600), *rest[at:]])

    text = await streaming.until(3)

    assert "mp4a.40.2" in await codecs(streaming)
    assert text.count("#EXT-X-MAP") == 1


async def test_sound_alone(streaming: Streaming, publish: Publish, tags: Tags) -> None:
    host = await publish()
    await host.play(tags("sound"))

    text = await streaming.until(2)

    assert await codecs(streaming) == "mp4a.40.2"
    assert all(
        part.duration <= 0.201 for segment in m3u8.loads(text).segments for part in segment.parts
    )


async def test_mp3_is_told_and_the_picture_goes_on(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("mp3"))

    await streaming.until(1)

    assert "mp4a" not in await codecs(streaming)
    report = await web.report(lambda ingest: "audio_codec_unsupported" in codes(ingest))
    assert {"code": "audio_codec_unsupported", "params": {"codec": "mp3"}} in report["health"][
        "warnings"
    ]


@pytest.mark.parametrize("form", ["enhanced", "legacy"])
async def test_hevc_is_told_and_the_sound_goes_on(
    form: str, streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    def old(tag: Tag) -> Tag:
        return tag if tag.kind != 9 else tag._replace(body=b"\x1c\x01\0\0\0" + tag.body[5:])

    sent = tags("hevc")
    assert any(tag.body[1:5] == b"hvc1" for tag in sent)
    host = await publish()
    await host.play(sent if form == "enhanced" else map(old, sent))

    await streaming.until(0)

    assert await codecs(streaming) == "mp4a.40.2"
    report = await web.report(lambda ingest: "video_codec_unsupported" in codes(ingest))
    assert {"code": "video_codec_unsupported", "params": {"codec": "hevc"}} in report["health"][
        "warnings"
    ]


async def test_a_publisher_of_nothing_that_plays_is_only_connected(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await web.report(lambda ingest: ingest["state"] == "connected")
    await host.play(tag for tag in tags("hevc") if tag.kind != 8)

    report = await web.report(lambda ingest: "video_codec_unsupported" in codes(ingest))

    assert report["state"] == "connected"
    assert "publishing" not in {
        ingest["state"] for said in web.reports for ingest in said["ingests"]
    }


async def test_web_hears_at_once_that_there_is_something_to_show(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await web.report(lambda ingest: ingest["state"] == "connected")

    await host.play(tags("plain")[:120])

    await web.report(lambda ingest: ingest["state"] == "publishing")


async def test_a_key_frame_every_ten_seconds_is_told_and_the_target_stays(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("long_gop"))

    text = await streaming.until(7)

    parsed = m3u8.loads(text)
    assert parsed.target_duration == 2
    assert max(durations(text)) < 2.5
    assert sum(durations(text)) >= 6.0
    # A report in between counts the seconds since the newest key frame.
    warning = {"code": "keyframe_interval_long", "params": {"seconds": 10}}
    await web.report(lambda ingest: warning in (ingest["health"] or {}).get("warnings", []))


async def test_reordered_pictures_are_told(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("b_frames"))

    assert durations(await streaming.until(1))[:2] == [2.0, 2.0]
    await web.report(lambda ingest: "b_frames" in codes(ingest))


async def test_a_phone_with_a_changing_frame_rate(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("phone"))

    text = await streaming.until(2)

    assert all(
        part.duration <= 0.201 for segment in m3u8.loads(text).segments for part in segment.parts
    )
    await web.report(lambda ingest: "variable_frame_rate" in codes(ingest))


async def test_a_stalled_publisher_is_told_and_goes_on(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    sent = tags("plain")
    host = await publish()
    await host.play(sent[:400])
    await web.report(lambda ingest: "stalled" in codes(ingest))

    await host.play(sent[400:])

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]
    await web.report(lambda ingest: ingest["health"] is not None and "stalled" not in codes(ingest))


async def test_new_picture_settings_in_mid_stream(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play([*tags("plain"), *shifted(tags("larger"), 9000)])

    text = await streaming.until(6)

    assert text.count("#EXT-X-MAP") == 2
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1


async def test_what_comes_hard_on_the_heels_of_publish_is_not_lost(
    streaming: Streaming, tags: Tags
) -> None:
    """In one read with the command, key frame larger than what a stranger may send: no encoder
    repeats its configurations.
    """
    sent = tags("plain")
    at = next(number for number, tag in enumerate(sent) if tag.kind == 9 and not is_config(tag))
    sent[at] = sent[at]._replace(body=sent[at].body + bytes(90_000))
    commands = [("connect", 1.0, {"app": "live"}), ("publish", 5.0, None, "key-a", "live")]
    said = b"".join(
        chunks.write(3, messages.COMMAND, 1, amf.encode(*command)) for command in commands
    )
    said += b"".join(
        chunks.write(6, tag.kind, 1, tag.body, timestamp=tag.time) for tag in sent[:30]
    )
    _, writer = await asyncio.open_connection("127.0.0.1", streaming.rtmp_port)

    writer.write(b"\x03" + bytes(3072) + said)
    writer.writelines(
        chunks.write(6, tag.kind, 1, tag.body, timestamp=tag.time) for tag in sent[30:]
    )

    await streaming.opened("/live/show_a/media.m3u8")

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]
    writer.close()


@pytest.mark.parametrize("chunk_size", [128, 65_536])
async def test_any_chunk_size(
    chunk_size: int, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish(chunk_size=chunk_size)
    await host.play(tags("plain"))

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]


async def test_aggregate_messages(streaming: Streaming, publish: Publish, tags: Tags) -> None:
    def inner(tag: Tag) -> bytes:
        head = (
            bytes([tag.kind])
            + len(tag.body).to_bytes(3, "big")
            + (tag.time & 0xFFFFFF).to_bytes(3, "big")
            + b"\0\0\0\0"
        )
        return head + tag.body + (len(tag.body) + 11).to_bytes(4, "big")

    sent = [tag for tag in tags("plain") if tag.kind in (8, 9)]
    groups = [sent[number : number + 5] for number in range(0, len(sent), 5)]
    host = await publish()
    await host.play(Tag(22, group[0].time, b"".join(map(inner, group))) for group in groups)

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize("command", ["FCUnpublish", "deleteStream", "closeStream"])
async def test_what_ends_nothing_before_publish_ends_nothing(
    command: str, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    """Some encoders tidy up first, whatever was there before them."""
    host = await publish(before_publish=[(command, 4.0, None, "key-a")])
    await host.play(tags("plain"), speed=8)

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    "tail",
    [b"\x11\x09", b"\x42", b"\x03\0\x04torn\x02\0\xffx"],
    ids=["amf3", "unknown marker", "torn object"],
)
async def test_a_command_that_is_not_ours_does_not_end_a_publisher(
    tail: bytes, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain")[:200])
    host.raw_command(1, amf.encode("onStatistics", 0.0, None) + tail)
    host.raw_command(1, tail)
    await host.play(tags("plain")[200:])

    assert durations(await streaming.until(3))[:4] == [2.0, 2.0, 2.0, 2.0]


async def test_sound_alone_after_a_picture_has_no_frame_rate(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    first = await publish()
    await first.play(tags("plain"))
    await streaming.until(3)
    await web.report(lambda ingest: (ingest["health"] or {}).get("video") is not None)
    await first.stop()
    second = await publish()
    await second.play(tags("sound"))
    await streaming.until(6)

    master = (await streaming.get("/live/show_a/index.m3u8")).body.decode()

    assert 'CODECS="mp4a.40.2"' in master
    assert "FRAME-RATE" not in master and "RESOLUTION" not in master


async def test_a_publisher_of_mpeg_ts_is_closed_with_a_reason_that_the_next_one_clears(
    streaming: Streaming, web: FakeWeb, publish: Publish, clip: Callable[[str], Path], tags: Tags
) -> None:
    """bluenviron/mediamtx #4006: `ffmpeg -f mpegts` to an rtmp:// address."""
    ffmpeg = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(clip("plain")),
        "-c",
        "copy",
    ]
    process = await asyncio.create_subprocess_exec(
        *ffmpeg, *("-f", "mpegts", streaming.rtmp_url("key-a")), stderr=asyncio.subprocess.DEVNULL
    )
    report = await web.report(
        lambda ingest: ingest["state"] == "lost" and codes(ingest) == ["stream_unreadable"]
    )
    await process.wait()
    assert report["health"]["video"] is None

    host = await publish()
    await host.play(tags("plain"))
    await web.report(
        lambda ingest: ingest["state"] == "publishing" and "stream_unreadable" not in codes(ingest)
    )
