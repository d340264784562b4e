"""Whoever else knocks on the two ports: scanners, browsers, the half-dead and the many."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from showfloor.streaming.rtmp import chunks, messages
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag
from tests.waiting import bounded

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]
Start = Callable[..., Awaitable[Streaming]]
HELLO = b"\x03" + bytes(1536)


@pytest.fixture
async def start(web: FakeWeb, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts the process with options; it ends with the test."""
    running: list[Streaming] = []

    async def start(**options: float) -> Streaming:
        process = Streaming(web, tmp_path, options)
        running.append(process)
        await process.start()
        return process

    yield start
    for process in running:
        await process.stop()
        assert "Traceback" not in process.log.read_text()


async def until_closed(port: int, *pieces: bytes) -> bytes:
    """What the server said until it closed."""
    async with bounded():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = b""
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            while data := await reader.read(65536):
                said += data
        except ConnectionError:
            pass
        writer.close()
    return said


@pytest.mark.parametrize(
    "first",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\0",
        bytes(range(128, 256)),
    ],
    ids=["TLS", "HTTP", "zero", "garbage"],
)
async def test_what_is_no_rtmp_is_closed_at_once(first: bytes, streaming: Streaming) -> None:
    # No deadline of this process ends within the test, so it was closed for what it sent.
    assert await until_closed(streaming.rtmp_port, first) == b""


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"\x03",),
        (b"\x03" + bytes(700),),
        (HELLO,),
        (HELLO, bytes(1536)),
        (HELLO, bytes(1536) + b"\x03\0\0"),
    ],
    ids=["silent", "one byte", "half", "no answer", "only a handshake", "half a chunk"],
)
async def test_a_handshake_that_leads_nowhere_is_closed_in_time(
    pieces: tuple[bytes, ...], start: Start
) -> None:
    streaming = await start(handshake_seconds=1.0, publish_seconds=1.0)

    await until_closed(streaming.rtmp_port, *pieces)

    assert (await streaming.get("/healthz")).status == 200


@pytest.mark.parametrize(
    "garbage",
    [
        os.urandom(4096),
        b"\xc3" * 100,
        chunks.write(3, messages.COMMAND, 0, b"\x42" * 50),
        chunks.write(3, messages.COMMAND, 0, bytes(70_000)),
        b"\x03\0\0\0\xff\xff\xff\x14\0\0\0\0" + bytes(2000),
    ],
    ids=["random", "type 3 first", "no AMF", "long command", "16 MB message"],
)
async def test_garbage_after_the_handshake_is_closed(garbage: bytes, start: Start) -> None:
    streaming = await start(publish_seconds=1.0)
    await until_closed(streaming.rtmp_port, HELLO, bytes(1536) + garbage)

    assert (await streaming.get("/healthz")).status == 200


async def test_a_published_message_of_16_mb_ends_the_connection_not_the_process(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("mute")[:30])
    host.writer.write(b"\x06\0\0\0\xff\xff\xff\x09\x01\0\0\0" + bytes(4000))

    await host.closed_by_server()

    assert (await streaming.get("/healthz")).status == 200


async def test_a_publisher_says_little_beside_its_media(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("mute")[:30])
    host.send(Tag(18, 0, bytes(100_000)))

    await host.closed_by_server()


async def test_a_publisher_that_falls_silent_is_lost(
    start: Start, web: FakeWeb, tags: Tags
) -> None:
    streaming = await start(idle_seconds=1.5)
    host = Publisher(streaming.rtmp_port, "key-a")
    await host.connect()
    await host.play(tags("mute")[:60])

    await host.closed_by_server()

    assert (await web.report(lambda ingest: ingest["state"] == "lost"))["health"] is None


async def test_who_stopped_and_publishes_nothing_more_is_closed(start: Start, tags: Tags) -> None:
    streaming = await start(publish_seconds=1.0)
    host = Publisher(streaming.rtmp_port, "key-a")
    await host.connect()
    await host.play(tags("mute")[:60])
    await host.unpublish()

    await host.closed_by_server()

    assert (await streaming.get("/healthz")).status == 200


async def test_media_before_publish_is_not_for_anyone(start: Start, tags: Tags) -> None:
    streaming = await start(publish_seconds=1.0)
    video = next(tag for tag in tags("plain") if tag.kind == 9)
    await until_closed(streaming.rtmp_port, HELLO, bytes(1536) + chunks.write(6, 9, 1, video.body))

    assert (await streaming.get("/live/show_a/media.m3u8")).status == 404


async def test_slow_request_headers_are_closed(start: Start) -> None:
    streaming = await start(header_seconds=0.8)

    assert await until_closed(streaming.http_port, b"GET /healthz HTTP/1.1\r\nX-Slow: ") == b""


async def test_an_idle_viewer_is_closed(start: Start) -> None:
    streaming = await start(keep_alive_seconds=1.0)

    said = await until_closed(streaming.http_port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 413),
        (b"PUT /internal/x HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 413),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 900_000, 413),
        (
            b"POST /internal/shows/x/cues HTTP/1.1\r\nContent-Length: 90000\r\n\r\n"
            + bytes(90_000),
            413,
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\n\r\n",
            200,
        ),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        (b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200),
    ],
    ids=[
        "TLS",
        "no method",
        "long address",
        "long header",
        "endless header",
        "long body",
        "upgrade",
        "no host",
        "two hosts",
        "absolute form",
    ],
)
async def test_bad_http_is_answered_once_and_closed(
    request_bytes: bytes, status: int, streaming: Streaming
) -> None:
    said = await until_closed(streaming.http_port, request_bytes)

    assert said.startswith(f"HTTP/1.1 {status} ".encode())
    assert said.count(b"HTTP/1.1 ") == 1
    assert (await streaming.get("/healthz")).status == 200


async def test_a_flood_of_silent_sockets_shuts_no_camera_out(
    web: FakeWeb, tmp_path: Path, tags: Tags
) -> None:
    """230 idle connections made it impossible to publish, with the right key, for as long as they
    were renewed.
    """
    process = Streaming(web, tmp_path, {"handshake_seconds": 60.0, "publish_seconds": 60.0})
    await process.start()
    silent = [await asyncio.open_connection("127.0.0.1", process.rtmp_port) for _ in range(230)]

    host = Publisher(process.rtmp_port, "key-a")
    await host.connect()
    await host.play(tags("mute")[:60])
    flood = [await asyncio.open_connection("127.0.0.1", process.rtmp_port) for _ in range(230)]

    await web.report(lambda ingest: ingest["state"] == "publishing")
    host.kill()
    for _, writer in (*silent, *flood):
        writer.close()
    await process.stop()


async def test_viewers_leave_files_for_a_camera(web: FakeWeb, tmp_path: Path, tags: Tags) -> None:
    """With 256 files, 300 viewers shut out the camera and each other, and nobody said so."""
    process = Streaming(web, tmp_path, {"open_files": 256})
    await process.start()
    viewers = [await asyncio.open_connection("127.0.0.1", process.http_port) for _ in range(300)]
    refused = [await reader.read(12) for reader, _ in viewers[-100:]]

    host = Publisher(process.rtmp_port, "key-a")
    await host.connect()
    await host.play(tags("mute")[:60])

    await web.report(lambda ingest: ingest["state"] == "publishing")
    assert refused == [b"HTTP/1.1 503"] * 100
    assert "streaming refuses connections, connections=128 limit=128" in process.log.read_text()
    host.kill()
    for _, writer in viewers:
        writer.close()
    await process.stop()
