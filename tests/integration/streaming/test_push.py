"""The show on other networks: real connections to servers that take it, and to servers that do
not.
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from tests.certificates import certificate_for
from tests.integration.streaming.networks import (
    NGINX,
    RTMP_MODULE,
    Guest,
    Nginx,
    network,
    take,
)
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag, is_config
from tests.ports import free_ports
from tests.waiting import bounded, until

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]

needs_nginx = pytest.mark.skipif(
    not (NGINX and RTMP_MODULE.exists()),
    reason="Debian's nginx with libnginx-mod-rtmp is not installed",
)
KEY = "live_secret-key-of-a-network"


@pytest.fixture
async def streaming(web: FakeWeb, tmp_path: Path) -> AsyncIterator[Streaming]:
    process = Streaming(web, tmp_path, {"push_networks": "127.0.0.0/8", "push_retry_seconds": 0.2})
    await process.start()
    yield process
    await process.stop()
    log = process.log.read_text()
    assert "Traceback" not in log
    assert KEY not in log


def order(web: FakeWeb, **urls: str) -> None:
    """What web wants of the show from its next answer on."""
    web.shows["show_a"]["destinations"] = [
        {"id": name, "url": url, "key": KEY} for name, url in urls.items()
    ]


async def reported(
    web: FakeWeb, name: str, wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The next report in which a destination is as wanted."""

    def lines(report: dict[str, Any]) -> list[dict[str, Any]]:
        return [line for line in report["destinations"] if line["id"] == name and wanted(line)]

    return lines(await web.report(lambda report: bool(lines(report))))[0]


async def started(web: FakeWeb, publish: Publish, **urls: str) -> Publisher:
    """A publisher whose show has these destinations, before its first frame."""
    order(web, **urls)
    host = await publish()
    for name in urls:
        await reported(web, name, lambda line: True)
    return host


async def restart(streaming: Streaming, **options: float) -> None:
    await streaming.stop()
    streaming.options |= options
    await streaming.start()


def media(tags: list[Tag]) -> list[Tag]:
    return [tag for tag in tags if not is_config(tag)]


def pictures(tags: list[Tag]) -> list[bytes]:
    """Without the file's end of a sequence, which is none (FLV 10.1, E.4.3.1: AVCPacketType)."""
    return [tag.body for tag in media(tags) if tag.kind == 9 and tag.body[1] == 1]


async def test_a_destination_gets_headers_then_the_newest_key_frame_then_the_same_frames(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    plain = tags("plain")
    async with network() as other:
        host = await started(web, publish, dest_1=other.url)
        await host.play([tag for tag in plain if tag.time < 4000])
        await other.tags(100)
        await host.play([tag for tag in plain if tag.time >= 4000])
        sent = await other.tags(400)
        guest = await other.guest()

    assert [command.name for command in guest.commands] == [
        "connect",
        "releaseStream",
        "FCPublish",
        "createStream",
        "publish",
    ]
    assert guest.commands[-1].arguments[1:] == [KEY, "live"]
    assert [(tag.kind, tag.body[1] if tag.kind != 18 else 0) for tag in sent[:4]] == [
        (18, 0),
        (9, 0),
        (8, 0),
        (9, 1),
    ]
    assert sent[3].body[0] == 0x17
    # Not one byte of a frame is another than the camera's.
    bodies = [tag.body for tag in media(plain)]
    first = bodies.index(sent[3].body)
    got = media(sent)
    assert [tag.body for tag in got] == bodies[first : first + len(got)]
    assert [tag.time for tag in got] == sorted(tag.time for tag in got)
    assert sent[0].time == 0


@needs_nginx
async def test_nginx_records_what_ffmpeg_decodes_without_a_word(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags, tmp_path: Path
) -> None:
    nginx = Nginx(tmp_path / "nginx", free_ports(1))
    await nginx.start()
    host = await started(web, publish, dest_1=nginx.url)
    await host.play(tags("plain"), speed=4)
    await reported(web, "dest_1", lambda line: line["bytes"] > 100_000)

    # Killed and started again: the next recording begins with headers and a key frame, too.
    await nginx.kill()
    lost = await reported(web, "dest_1", lambda line: line["state"] == "retrying")
    await nginx.start()
    await host.play([tag._replace(time=tag.time + 9000) for tag in tags("plain")], speed=4)
    await until(lambda: len(nginx.recordings()) == 2)
    order(web)
    await until(
        lambda: (
            "destinations" in web.reports[-1]["ingests"][0]
            and not web.reports[-1]["ingests"][0]["destinations"]
        )
    )
    await nginx.kill()

    assert lost["reason"] in ("closed", "unreachable")
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    for path in nginx.recordings():
        seen = subprocess.run(
            [ffmpeg, "-v", "error", "-i", str(path), "-f", "null", "-"],
            capture_output=True,
            check=True,
        )
        assert seen.stderr == b""
        assert path.stat().st_size > 10_000


async def test_the_preview_never_leaves_the_house(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", state="scheduled")
    async with network() as other:
        host = await started(web, publish, dest_1=other.url)
        await host.play([tag for tag in tags("brisk") if tag.time < 4000])
        waiting = await reported(web, "dest_1", lambda line: True)
        assert other.guests == []

        web.shows["show_a"]["state"] = "live"
        await web.report(lambda report: True)
        await reported(web, "dest_1", lambda line: True)
        await streaming.internal("PUT", "/shows/show_a", {"state": "live"})
        await host.play([tag for tag in tags("brisk") if tag.time >= 4000])
        sent = await other.tags(20)

    assert waiting["state"] == "waiting"
    shown = {tag.body for tag in media(sent)}
    preview = {tag.body for tag in media(tags("brisk")) if tag.kind == 9 and tag.time < 4000}
    assert not shown & preview


async def refuse_key(guest: Guest) -> None:
    await guest.shake_hands()
    await guest.read_on(refuse=("NetStream.Publish.BadName", f"Stream {KEY} is not yours."))


async def say_nothing(guest: Guest) -> None:
    await guest.reader.read()


async def send_garbage(guest: Guest) -> None:
    guest.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100)
    await guest.reader.read()


async def flood(guest: Guest) -> None:
    await guest.shake_hands()
    while True:
        guest.writer.write(chunks_of_nothing())
        await guest.writer.drain()


def chunks_of_nothing() -> bytes:
    return (b"\2" + bytes(5) + b"\4\3" + bytes(8)) * 4000


async def hang_up(guest: Guest) -> None:
    await guest.shake_hands()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (refuse_key, "key_refused"),
        (send_garbage, "not_rtmp"),
        (flood, "not_rtmp"),
        (hang_up, "closed"),
    ],
)
async def test_a_destination_that_misbehaves_costs_nobody_else_a_frame(
    behaviour: Callable[[Guest], Awaitable[None]],
    reason: str,
    web: FakeWeb,
    streaming: Streaming,
    publish: Publish,
    tags: Tags,
) -> None:
    async with network() as good, network(behaviour) as bad:
        host = await started(web, publish, dest_good=good.url, dest_bad=bad.url)
        await host.play([tag for tag in tags("plain") if tag.time < 6000], speed=4)
        line = await reported(web, "dest_bad", lambda line: line["reason"] == reason)
        await reported(web, "dest_bad", lambda line: line["reconnects"] >= 2)
        last = [tag for tag in tags("plain") if tag.time < 6000][-8]
        guest = await good.guest()
        await until(lambda: any(tag.body == last.body for tag in guest.tags))
        playlist = await streaming.until(1)

    assert KEY not in line["detail"]
    if reason == "key_refused":
        assert line["detail"] == "NetStream.Publish.BadName: Stream … is not yours."
    got = [tag.body for tag in media(guest.tags)]
    bodies = [tag.body for tag in media(tags("plain"))]
    first = bodies.index(got[0])
    assert got == bodies[first : first + len(got)]
    assert "EXT-X-GAP" not in playlist


_STRETCH = 100
"""Tags."""


async def test_a_slow_destination_loses_pictures_from_a_key_frame_on_and_no_other_does(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    go_on = asyncio.Event()

    async def dawdle(guest: Guest) -> None:
        await guest.shake_hands()
        reading = asyncio.create_task(guest.read_on())
        await until(lambda: len(guest.tags) > 10)
        guest.reader._transport.pause_reading()  # type: ignore[attr-defined] # a server that stops taking
        await go_on.wait()
        guest.reader._transport.resume_reading()  # type: ignore[attr-defined] # and goes on
        await reading

    lap = pictures(tags("brisk"))
    following = dict(zip(lap, [*lap[1:], lap[0]], strict=True))

    def after_holes(guest: Guest) -> list[bytes]:
        found = itertools.pairwise(pictures(guest.tags))
        return [later for earlier, later in found if later != following[earlier]]

    await restart(streaming, push_backlog_bytes=40_000)
    laps = itertools.count()
    async with network() as good, network(dawdle) as slow:
        host = await started(web, publish, dest_good=good.url, dest_slow=slow.url)

        async def play_at_its_pace(stretch: list[Tag]) -> None:
            """That of the good destination, which a busy machine would make a slow one, too."""
            await host.play(stretch, speed=6)
            # The newest picture waits for the one after it.
            newest, read = pictures(stretch)[-2:], (await good.guest()).tags
            await until(lambda: any(one in newest for one in pictures(read[-_STRETCH:])))

        async def play_a_lap() -> None:
            later = 9000 * next(laps)
            moved = [tag._replace(time=tag.time + later) for tag in tags("brisk")]
            for begin in range(0, len(moved), _STRETCH):
                await play_at_its_pace(moved[begin : begin + _STRETCH])

        # When it stops taking, and how long it takes to read what waits, is its own affair: the
        # show goes on until it has.
        falling_behind = asyncio.create_task(
            reported(web, "dest_slow", lambda line: line["dropped"] > 0)
        )
        while not falling_behind.done():
            await play_a_lap()
        behind = await falling_behind
        go_on.set()
        guest, other = await slow.guest(), await good.guest()
        async with bounded():
            while not after_holes(guest):
                await play_a_lap()
        await until(lambda: len(pictures(other.tags)) > len(pictures(guest.tags)))

    assert behind["slow"]
    assert {body[0] for body in after_holes(guest)} == {0x17}, "a key frame"
    assert after_holes(other) == []


async def test_a_destination_that_takes_nothing_is_connected_anew(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    async def freeze(guest: Guest) -> None:
        await guest.shake_hands()
        reading = asyncio.create_task(guest.read_on())
        await until(lambda: bool(guest.published))
        guest.reader._transport.pause_reading()  # type: ignore[attr-defined] # a server that hangs
        await reading

    await restart(streaming, push_backlog_bytes=40_000, push_stall_seconds=1.0)
    async with network(freeze) as frozen:
        host = await started(web, publish, dest_1=frozen.url)
        playing = asyncio.create_task(
            host.play(
                (
                    tag._replace(time=tag.time + 9000 * lap)
                    for lap in itertools.count()
                    for tag in tags("plain")
                ),
                speed=8,
            )
        )
        line = await reported(web, "dest_1", lambda line: line["reason"] == "stalled")
        playing.cancel()

    assert line["state"] in ("retrying", "connecting")


async def test_a_newer_publisher_goes_on_on_the_same_connection(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    async with network() as other:
        host = await started(web, publish, dest_1=other.url)
        await host.play([tag for tag in tags("plain") if tag.time < 4000])
        await other.tags(100)
        phone = await publish()
        await phone.play([tag for tag in tags("larger") if tag.time < 4000])
        guest = await other.guest()
        larger = [tag.body for tag in media(tags("larger")) if tag.kind == 9]
        await until(lambda: any(tag.body == larger[40] for tag in guest.tags))

    assert len(other.guests) == 1
    times = [tag.time for tag in media(guest.tags)]
    assert times == sorted(times)
    # The other picture is announced before it comes.
    at = next(n for n, tag in enumerate(guest.tags) if tag.body == larger[0])
    before = [tag for tag in guest.tags[:at] if is_config(tag)]
    assert before[-1].body == next(
        tag.body for tag in tags("larger") if tag.kind == before[-1].kind and is_config(tag)
    )


async def test_an_order_that_is_gone_ends_the_stream_politely(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    async with network() as other:
        host = await started(web, publish, dest_1=other.url)
        await host.play([tag for tag in tags("plain") if tag.time < 4000])
        await other.tags(10)
        order(web)
        guest = await other.guest()
        await until(lambda: guest.reader.at_eof())

    assert [command.name for command in guest.commands[-2:]] == ["FCUnpublish", "deleteStream"]
    assert web.reports[-1]["ingests"][0]["state"] == "publishing"


async def test_an_address_of_a_private_network_is_refused_and_never_connected_to(
    web: FakeWeb, tmp_path: Path, tags: Tags
) -> None:
    process = Streaming(web, tmp_path)
    await process.start()
    async with network() as inside:
        order(web, dest_1=inside.url, dest_2=inside.url.replace("127.0.0.1", "localhost"))
        host = Publisher(process.rtmp_port, "key-a")
        await host.connect()
        await reported(web, "dest_2", lambda line: True)
        await host.play([tag for tag in tags("plain") if tag.time < 4000])
        lines = [
            await reported(web, name, lambda line: line["state"] == "refused")
            for name in ("dest_1", "dest_2")
        ]
        host.kill()
    await process.stop()

    assert {line["reason"] for line in lines} == {"address_forbidden"}
    assert inside.guests == []


async def test_a_secure_destination_is_taken_at_its_certificates_word(
    web: FakeWeb, streaming: Streaming, publish: Publish, tags: Tags, tmp_path: Path
) -> None:
    certificate, context = certificate_for("localhost", tmp_path)
    async with network(take, context) as other:
        host = await started(web, publish, dest_1=other.url)
        await host.play([tag for tag in tags("plain") if tag.time < 4000])
        refused = await reported(web, "dest_1", lambda line: line["reason"] is not None)
        assert other.guests == []
        host.kill()

        streaming.environment = {"SSL_CERT_FILE": str(certificate)}
        await restart(streaming)
        web.reports.clear()
        host = await started(web, publish, dest_1=other.url)
        await host.play([tag for tag in tags("plain") if tag.time < 4000])
        sent = await other.tags(20)

        # The same server under a name that its certificate does not have.
        order(web, dest_2=other.url.replace("localhost", "127.0.0.1"))
        other_name = await reported(web, "dest_2", lambda line: line["reason"] is not None)

    assert refused["reason"] == other_name["reason"] == "certificate_invalid"
    assert sent[3].body[0] == 0x17
    assert len(other.guests) == 1
