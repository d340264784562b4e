"""Publishing by WebSocket: the same promises as by RTMP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import m3u8
import pytest
from websockets.exceptions import ConnectionClosed

from showfloor.kit import publishing as packets
from showfloor.kit.publishing import Codec
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag
from tests.integration.streaming.socket_peer import SocketPublisher, packed
from tests.integration.streaming.test_strangers import start, until_closed
from tests.unit.streaming.test_opus import opus
from tests.waiting import bounded, until

__all__ = ["start"]
Tags = Callable[[str], list[Tag]]
Connect = Callable[..., Awaitable[SocketPublisher]]


@pytest.fixture
async def browser(streaming: Streaming) -> AsyncIterator[Connect]:
    """Connects a publisher that the server accepts; all are gone after the test."""
    connected: list[SocketPublisher] = []

    async def connect(key: str = "key-a", **options: str) -> SocketPublisher:
        publisher = SocketPublisher(streaming.http_port, key, **options)
        connected.append(publisher)
        assert await publisher.connect() == {"type": "accepted"}
        return publisher

    yield connect
    for publisher in connected:
        publisher.kill()
    await asyncio.sleep(0)


@pytest.mark.parametrize("annex_b", [False, True], ids=["AVCC", "Annex B"])
async def test_browser_becomes_a_playlist(
    annex_b: bool, streaming: Streaming, web: FakeWeb, browser: Connect, tags: Tags
) -> None:
    host = await browser()
    await host.play(packed(tags("plain"), annex_b=annex_b))

    playlist = m3u8.loads(await streaming.until(2))
    master = m3u8.loads((await streaming.get("/live/show_a/index.m3u8")).body.decode())
    report = await web.report(lambda line: line["state"] == "publishing")

    assert [round(segment.duration, 3) for segment in playlist.segments[:3]] == [2.0, 2.0, 2.0]
    assert master.playlists[0].stream_info.resolution == (320, 180)
    assert master.playlists[0].stream_info.codecs.endswith("mp4a.40.2")
    assert web.publishes[0]["stream_key"] == "key-a"
    assert (report["health"]["video"]["width"], report["key_id"]) == (320, "id-of-key-a")
    assert (await streaming.recorded(2))[-1]


async def test_opus_goes_on_air_as_aac(
    streaming: Streaming, web: FakeWeb, browser: Connect, tags: Tags
) -> None:
    host = await browser(sound="opus")
    picture = packed([tag for tag in tags("plain") if tag.kind == 9 and tag.time < 4500])
    sound = [packets.write_audio(*packet, Codec.OPUS) for packet in opus(220)]
    stamped = sorted([*picture, *sound], key=_stamp)
    await host.play(stamped, paced=True)

    await streaming.until(1)
    report = await web.report(
        lambda line: line["health"] is not None and line["health"]["audio"] is not None
    )

    assert (report["health"]["audio"]["rate"], report["health"]["audio"]["channels"]) == (48000, 2)
    master = (await streaming.get("/live/show_a/index.m3u8")).text()
    assert "mp4a.40.2" in master


async def test_receipt_names_the_newest_picture(browser: Connect, tags: Tags) -> None:
    host = await browser()
    messages = list(packed(tags("plain")))

    await host.play(messages[:40])
    said = await host.heard("received")

    assert 0 <= said["stamp"] <= 9_000_000


async def test_newest_publisher_wins_by_whatever_it_came(
    streaming: Streaming, browser: Connect, publish: Callable[..., Awaitable[Publisher]], tags: Tags
) -> None:
    phone = await browser()
    await phone.play(packed([tag for tag in tags("plain") if tag.time < 4500]))
    await streaming.until(1)

    obs = await publish()
    code, said = await phone.ended()
    await obs.play([tag for tag in tags("plain") if tag.time < 4500])
    await streaming.until(3)
    again = await browser()
    await obs.closed_by_server()
    await again.play(packed(tags("plain")))
    text = await streaming.until(5)

    assert (code, [message["code"] for message in said]) == (4000, ["replaced"])
    playlist = m3u8.loads(text)
    times = [segment.current_program_date_time for segment in playlist.segments if segment.duration]
    assert times == sorted(times)
    assert text.count("#EXT-X-DISCONTINUITY\n") == 2


async def test_dropped_socket_comes_back_on_the_same_timeline(
    streaming: Streaming, web: FakeWeb, browser: Connect, tags: Tags
) -> None:
    phone = await browser()
    await phone.play(packed([tag for tag in tags("plain") if tag.time < 4500]))
    await streaming.until(1)
    phone.kill()
    await web.report(lambda line: line["state"] == "lost")

    await (await browser()).play(packed(tags("plain")))
    playlist = m3u8.loads(await streaming.until(4))

    times = [segment.current_program_date_time for segment in playlist.segments if segment.duration]
    assert times == sorted(times)
    assert len(times) == len(set(times))


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("key-x", "stream_key_unknown"),
        ("key-old", "publish_ticket_expired"),
        ("", "stream_key_unknown"),
    ],
)
async def test_wrong_key_is_refused_with_its_reason(
    key: str, code: str, streaming: Streaming, web: FakeWeb
) -> None:
    web.refuse("key-old", "publish_ticket_expired", "Ask for another.")
    stranger = SocketPublisher(streaming.http_port, key)

    said = await stranger.connect()
    closed, _ = await stranger.ended()

    assert (said["type"], said["code"], said["temporary"], closed) == ("refused", code, False, 4003)
    assert said["detail"]
    assert (await streaming.get("/live/show_a/index.m3u8")).status == 404


async def test_key_in_the_address_is_refused(streaming: Streaming, web: FakeWeb) -> None:
    careless = SocketPublisher(streaming.http_port, path="/publish?key=key-a")
    await careless.open()

    assert (await careless.heard())["code"] == "key_in_address"
    assert web.publishes == []
    assert "key-a" not in streaming.log.read_text()


@pytest.mark.parametrize(
    "messages",
    [
        [b""],
        [b"\x00" * 20],
        [packets.write_video(0, b"abc", key=True)],
        [packets.write_hello("key-a"), b"\x00" * 20],
        ["text"],
        [packets.write_hello("key-a") + bytes(20_000)],
    ],
    ids=["empty", "zeros", "media first", "zeros before the answer", "text", "long hello"],
)
async def test_what_is_no_hello_closes_with_a_sentence(
    messages: list[Any], streaming: Streaming
) -> None:
    stranger = SocketPublisher(streaming.http_port)
    await stranger.open()
    for message in messages:
        await stranger.socket.send(message)

    code, said = await stranger.ended()

    # What comes while web decides waits; whoever sends early may be accepted first.
    assert code in (4002, 1000) or said[0] == {"type": "accepted"}
    assert said[-1]["code"] == "stream_unreadable"


async def test_unreadable_media_ends_one_publisher_and_the_host_reads_why(
    streaming: Streaming, web: FakeWeb, browser: Connect, tags: Tags
) -> None:
    web.allow("key-b", "show_b")
    other = await browser("key-b")
    bad = await browser()
    await bad.play([*list(packed(tags("plain")))[:60], b"\xff\xff"])
    code, said = await bad.ended()
    report = await web.report(lambda line: line["state"] == "lost")
    await other.play(packed(tags("plain")))

    assert (code, said[-1]["code"]) == (4002, "stream_unreadable")
    assert report["health"]["warnings"] == [{"code": "stream_unreadable", "params": {}}]
    assert m3u8.loads(await streaming.until(1, "show_b")).segments


async def test_noise_in_frames_never_ends_the_process(
    streaming: Streaming, web: FakeWeb, browser: Connect, tags: Tags
) -> None:
    web.allow("key-b", "show_b")
    chance = random.Random(7)
    good = list(packed(tags("plain")))[:90]
    for _ in range(12):
        host = await browser()
        with contextlib.suppress(ConnectionClosed):
            for message in good:
                torn = bytearray(message)
                for _ in range(chance.randrange(3)):
                    torn[chance.randrange(len(torn))] = chance.randrange(256)
                await host.socket.send(bytes(torn))
        host.kill()

    last = await browser("key-b")
    await last.play(packed(tags("plain")))
    assert m3u8.loads(await streaming.until(2, "show_b")).segments


def _stamp(message: bytes) -> int:
    framed = message[0] in (packets.Kind.VIDEO, packets.Kind.AUDIO)
    return int.from_bytes(message[2:10], "big") if framed else -1


UPGRADE = "\r\n".join(
    [
        "GET /publish HTTP/1.1",
        "Host: x",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Protocol: showfloor.publish.v1",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "\r\n",
    ]
).encode()


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((b"GET /publish HTTP/1.1\r\nHost: x\r\n\r\n",), b"426"),
        ((b"G", b"ET /pub", b"lish HTTP/1.1\r\nHost: x\r\n\r\n"), b"426"),
        ((b"GET /publish HTTP/1.1\r\n" + b"a: " + b"b" * 9000 + b"\r\n\r\n",), b"431"),
        ((UPGRADE, b"\x82\x05hello"), b"101"),
        ((UPGRADE, b"\xff" * 40), b"101"),
        ((UPGRADE, b"\x82\xff" + (1 << 62).to_bytes(8, "big") + bytes(4)), b"101"),
    ],
    ids=["no upgrade", "in pieces", "long header", "unmasked", "reserved bits", "huge frame"],
)
async def test_what_is_no_websocket_is_answered_and_closed(
    pieces: tuple[bytes, ...], status: bytes, streaming: Streaming
) -> None:
    answer = await until_closed(streaming.http_port, *pieces)

    # A connection that is closed while bytes are unread may lose the answer.
    assert answer[9:12] in (status, b"") and (answer or len(pieces) > 1)


async def test_viewers_requests_that_begin_alike_are_viewers(streaming: Streaming) -> None:
    answer = await until_closed(
        streaming.http_port, b"GET /publis", b"hed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 404")


async def test_strangers_have_limits_of_their_own(
    start: Callable[..., Awaitable[Streaming]], tags: Tags
) -> None:
    # Seconds enough for the host on a machine that stands still, and all that a stranger has.
    process = await start(publish_seconds=5.0, max_strangers_per_network=3)
    host = SocketPublisher(process.http_port)
    await host.connect()

    async with bounded():
        flood = await asyncio.gather(
            *(until_closed(process.http_port, UPGRADE) for _ in range(9)),
        )
    chatty = await until_closed(process.http_port, UPGRADE, os.urandom(1) + bytes(64_000))
    await host.play(packed(tags("plain")))

    assert len(flood) == 9
    assert chatty[:12] in (b"HTTP/1.1 101", b"")
    assert m3u8.loads(await process.until(1)).segments


async def test_silent_publisher_is_lost(
    start: Callable[..., Awaitable[Streaming]], web: FakeWeb, tags: Tags
) -> None:
    process = await start(idle_seconds=1.0)
    host = SocketPublisher(process.http_port)
    await host.connect()
    await host.play(list(packed(tags("plain")))[:200])

    await web.report(lambda line: line["state"] == "lost")

    code, _ = await host.ended()
    assert code == 1006


async def test_publisher_leaves_and_hears_of_a_restart(
    start: Callable[..., Awaitable[Streaming]], web: FakeWeb, tags: Tags
) -> None:
    process = await start()
    host = SocketPublisher(process.http_port)
    await host.connect()
    await host.play(list(packed(tags("plain")))[:100])
    await host.stop()
    await web.report(lambda line: line["state"] == "lost")

    await host.connect()
    await process.stop()

    assert (await host.ended())[1][-1]["code"] == "restarting"
    await until(lambda: process.process.returncode is not None)
