"""The other side of each of the streaming process's doors: a web that answers, hosts that publish,
viewers that watch.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

from showfloor.streaming.rtmp import amf, chunks, messages
from tests.forks import ROOT, Child, nursery
from tests.ports import free_ports
from tests.waiting import BOUND, bounded, stop_listening, until

TOKEN = "internal-test-token"
SOURCE = ROOT / "src"
NEVER = 100 * BOUND
"""Seconds of a deadline that no test waits for."""
PROGRAM = "tests.integration.streaming.program"


@cache
def _own_ports() -> Iterator[int]:
    """Nobody else gets one of them while web is away."""
    first = free_ports(8)
    return itertools.cycle(range(first, first + 8))


class FakeWeb:
    """Plays web's internal API. Tests set `keys` and `shows`; reports are kept."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[int, dict[str, Any]]] = {}
        self.shows: dict[str, dict[str, Any]] = {}
        self.reports: list[dict[str, Any]] = []
        self.publishes: list[dict[str, Any]] = []
        self.authorizations: set[str] = set()
        self.hold = asyncio.Event()
        """Cleared, it keeps answers to reports about publishers back after they were made."""
        self.hold.set()
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self.port = 0

    def allow(self, key: str, show_id: str, state: str = "live", **more: Any) -> None:
        self.keys[key] = (
            200,
            {
                "show_id": show_id,
                "key_id": f"id-of-{key}",
                "state": state,
                "cue_offset_ms": 0,
                "cues": [],
                **more,
            },
        )
        self.shows[show_id] = {
            "state": state,
            "cue_offset_ms": 0,
            "preview_token": "team",
            "key_revoked": False,
            "cues": [],
            **more,
        }

    def refuse(self, key: str, code: str, detail: str) -> None:
        self.keys[key] = (403, {"code": code, "detail": detail})

    async def start(self, port: int = 0) -> None:
        self.port = port or next(_own_ports())
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        assert self._server is not None
        await stop_listening(self._server)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {
                name.lower(): value
                for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])
            }
            self.authorizations.add(headers.get("authorization", ""))
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            status, answer = self._answer(head.split(" ")[1], body)
            raw = json.dumps(answer).encode()
            if body.get("ingests"):
                await self.hold.wait()
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n"
                f"\r\n".encode()
                + raw
            )
            await writer.drain()
            writer.close()

    def _answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/internal/publish":
            self.publishes.append(body)
            return self.keys.get(
                body["stream_key"],
                (403, {"code": "stream_key_unknown", "detail": "Make a new key in the studio."}),
            )
        self.reports.append(body)
        self._news.set()
        return 200, {"shows": self.shows}

    async def report(
        self, wanted: Callable[[dict[str, Any]], bool], show_id: str = "show_a"
    ) -> dict[str, Any]:
        """The next report about a show that is as wanted."""
        async with bounded():
            while True:
                for ingest in self.reports[-1]["ingests"] if self.reports else ():
                    if ingest["show_id"] == show_id and wanted(ingest):
                        return dict(ingest)
                self._news.clear()
                await self._news.wait()


@dataclass
class Streaming:
    """The real process."""

    web: FakeWeb
    data_dir: Path
    options: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    launcher: tuple[str, ...] = ()
    """A program that starts this one."""
    rtmp_port: int = 0
    http_port: int = 0

    async def start(self) -> None:
        values = {
            "web_url": f"http://127.0.0.1:{self.web.port}",
            "internal_token": TOKEN,
            "data_dir": str(self.data_dir),
            "rtmp_port": self.rtmp_port,
            "http_port": self.http_port,
            "report_seconds": 0.2,
            # On a busy machine a peer may be slow. Each test sets the deadline that it is about.
            "handshake_seconds": NEVER,
            "publish_seconds": NEVER,
            "idle_seconds": NEVER,
            "header_seconds": NEVER,
            "keep_alive_seconds": NEVER,
            "write_seconds": NEVER,
            "web_timeout_seconds": BOUND,
            **self.options,
        }
        self.log = self.data_dir / "log"
        with self.log.open("ab") as log:
            self.process = await self._launch(json.dumps(values), log)
        assert self.process.stdout is not None
        async with bounded():
            line = await self.process.stdout.readline()
        assert line, self.log.read_text()
        self.rtmp_port, self.http_port = map(int, line.split())

    async def _launch(self, configuration: str, log: IO[bytes]) -> Child | Process:
        environment = {**os.environ, "PYTHONPATH": f"{SOURCE}:{ROOT}", **self.environment}
        if not self.launcher:
            return await nursery(PROGRAM).start(
                f"{PROGRAM}:main", configuration, stderr=log, environment=environment
            )
        return await asyncio.create_subprocess_exec(
            *(*self.launcher, sys.executable, "-m", PROGRAM, configuration),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=environment,
        )

    async def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with bounded():
            await self.process.wait()

    def rss(self) -> int:
        """Resident bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def rtmp_url(self, key: str) -> str:
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"

    async def get(self, path: str, **options: Any) -> Response:
        return await request(self.http_port, path, **options)

    async def internal(
        self, method: str, path: str, body: object = None, token: str = TOKEN
    ) -> Response:
        return await request(
            self.http_port,
            f"/internal{path}",
            method=method,
            body=json.dumps(body or {}).encode(),
            token=token,
        )

    async def until(self, msn: int, show_id: str = "show_a") -> str:
        """The playlist once segment `msn` is complete, by blocking reloads as a player does
        them.
        """
        text = await self.playlist(show_id)
        async with bounded():
            while f"\n{msn}.m4s" not in text:
                hint = text.rpartition('URI="')[2].split(".")
                text = await self.playlist(show_id, f"?_HLS_msn={hint[0]}&_HLS_part={hint[1]}")
        return text

    async def recorded(self, msn: int, show_id: str = "show_a") -> list[dict[str, Any]]:
        """The lines of the index once segment `msn` is on disk."""
        index = self.data_dir / "recordings" / show_id / "index.jsonl"
        await until(lambda: index.exists() and f'"msn":{msn},' in index.read_text())
        return [json.loads(line) for line in index.read_text().splitlines()]

    async def begun(self, msn: int, show_id: str = "show_a") -> None:
        """Once the index on disk has that segment `msn` was begun: a restart takes no other for
        it.
        """
        index = self.data_dir / "recordings" / show_id / "index.jsonl"
        await until(lambda: index.exists() and f'"open":{msn},' in index.read_text())

    async def opened(self, path: str) -> Response:
        """The answer once it is 200: a preview opens with web's answer to the report, a moment
        after the report was heard.
        """
        responses: list[Response] = []

        async def is_open() -> bool:
            responses.append(await self.get(path))
            return responses[-1].status == 200

        await until(is_open)
        return responses[-1]

    async def asked(self, path: str) -> asyncio.Task[Response]:
        """A request that the server has read, before whatever the test sends next; its answer may
        come at any time.
        """
        reader, writer = await _send(self.http_port, path)
        await until_read(writer)
        return asyncio.create_task(_receive(reader, writer))

    async def playlist(self, show_id: str = "show_a", query: str = "") -> str:
        response = await self.get(f"/live/{show_id}/media.m3u8{query}")
        assert response.status == 200, response
        return response.body.decode()


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        return self.body.decode()


async def request(
    port: int, path: str, *, method: str = "GET", body: bytes = b"", token: str = ""
) -> Response:
    return await _receive(*await _send(port, path, method, body, token), method)


async def _send(
    port: int, path: str, method: str = "GET", body: bytes = b"", token: str = ""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with bounded():
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{bearer}{length}\r\n".encode() + body)
    return reader, writer


async def _receive(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str = "GET"
) -> Response:
    async with bounded():
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
        }
        size = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        data = await reader.readexactly(size)
        writer.close()
        return Response(int(lines[0].split(" ")[1]), headers, data)


async def until_read(writer: asyncio.StreamWriter) -> None:
    """Until the server has taken all that was written on this connection from the kernel.

    A server with one loop handles it before anything that is sent to it afterwards, on whatever
    connection. The kernel knows it (proc(5), /proc/net/tcp), so the product needs no extra answer.
    """
    here, there = (f"{writer.get_extra_info(end)[1]:04X}" for end in ("sockname", "peername"))

    def is_read() -> bool:
        if writer.transport.get_write_buffer_size():
            return False
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues, *_ = line.split()
            ends = local.rpartition(":")[2], remote.rpartition(":")[2]
            unsent, unread = queues.split(":")
            if (ends == (here, there) and int(unsent, 16)) or (
                ends == (there, here) and int(unread, 16)
            ):
                return False
        return True

    await until(is_read)


METADATA = 18


class Tag(NamedTuple):
    """One FLV tag: kind as in RTMP, ms, body."""

    kind: int
    time: int
    body: bytes


def read_flv(path: Path) -> list[Tag]:
    data, position, tags = path.read_bytes(), 13, []
    while position + 11 <= len(data):
        size = int.from_bytes(data[position + 1 : position + 4], "big")
        time = int.from_bytes(data[position + 4 : position + 7], "big") | data[position + 7] << 24
        tags.append(Tag(data[position], time, data[position + 11 : position + 11 + size]))
        position += 15 + size
    return tags


def is_config(tag: Tag) -> bool:
    return tag.kind == METADATA or (tag.kind in (8, 9) and len(tag.body) > 1 and tag.body[1] == 0)


def shifted(tags: Iterable[Tag], by: int) -> Iterator[Tag]:
    return (tag._replace(time=(tag.time + by) & 0xFFFFFFFF) for tag in tags)


class PublishRejected(Exception):
    """The server's onStatus error; `args` are code and description."""


class Publisher:
    """An RTMP host that sends as fast as it is told to."""

    def __init__(
        self,
        port: int,
        key: str,
        *,
        app: str = "live",
        chunk_size: int = 4096,
        before_publish: Iterable[tuple[object, ...]] = (),
    ) -> None:
        self._port, self._key, self._app, self._chunk_size = port, key, app, chunk_size
        self._before_publish = before_publish
        self._answers = chunks.ChunkReader(1 << 20)

    async def connect(self) -> None:
        """Until NetStream.Publish.Start; raises PublishRejected."""
        async with bounded():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
            self.port: int = self.writer.get_extra_info("sockname")[1]
            c1 = bytes(8) + os.urandom(1528)
            self.writer.write(b"\x03" + c1)
            answer = await self.reader.readexactly(3073)
            assert answer[1537:] == c1
            self.writer.write(answer[1:1537])
            self._send(
                2, chunks.SET_CHUNK_SIZE, 0, self._chunk_size.to_bytes(4, "big"), chunk_size=128
            )
            self.command(
                0,
                "connect",
                1.0,
                {"app": self._app, "tcUrl": f"rtmp://127.0.0.1/{self._app}", "type": "nonprivate"},
            )
            self.command(0, "createStream", 4.0, None)
            for command in self._before_publish:
                self.command(1, *command)
            self.command(1, "publish", 5.0, None, self._key, "live")
            assert await self.status() == "NetStream.Publish.Start"

    def command(self, stream: int, *values: object) -> None:
        self.raw_command(stream, amf.encode(*values))

    def raw_command(self, stream: int, payload: bytes) -> None:
        self._send(3, messages.COMMAND, stream, payload)

    def send(self, tag: Tag) -> None:
        self._send(6 if tag.kind == 9 else 4, tag.kind, 1, tag.body, timestamp=tag.time)

    async def play(self, tags: Iterable[Tag], *, speed: float = 0) -> None:
        """Send tags, `speed` times as fast as real time; 0 is as fast as the socket takes them."""
        began, first = asyncio.get_running_loop().time(), None
        for tag in tags:
            first = tag.time if first is None else first
            if speed:
                due = began + (tag.time - first) / 1000 / speed
                # waits: a camera sends at the pace of its clock
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            self.send(tag)
            await self.writer.drain()

    async def until_read(self) -> None:
        """Until the server has taken all that was played."""
        await until_read(self.writer)

    async def closed_by_server(self) -> None:
        async with bounded():
            with contextlib.suppress(ConnectionError):
                while await self.reader.read(65536):
                    pass

    def kill(self) -> None:
        """As when the encoder's process dies."""
        self.writer.transport.abort()

    async def stop(self) -> None:
        """As when the host presses stop."""
        self.command(1, "deleteStream", 0.0, None, 1.0)
        self.writer.write_eof()
        await self.closed_by_server()
        self.writer.close()

    async def unpublish(self) -> None:
        """Stop, and keep the connection."""
        async with bounded():
            self.command(1, "FCUnpublish", 6.0, None, self._key)
            self.command(1, "deleteStream", 0.0, None, 1.0)
            assert await self.status() == "NetStream.Unpublish.Success"

    async def publish(self, key: str) -> None:
        """Publish on the connection that is there; raises PublishRejected."""
        async with bounded():
            self.command(0, "createStream", 7.0, None)
            self.command(1, "publish", 8.0, None, key, "live")
            assert await self.status() == "NetStream.Publish.Start"

    async def status(self) -> str:
        """The code of the next onStatus; raises PublishRejected."""
        async for message in self._messages():
            values = amf.decode(message.payload) if message.kind == messages.COMMAND else []
            if not values or values[0] != "onStatus":
                continue
            status = values[3]
            assert isinstance(status, dict)
            if status["level"] == "error":
                raise PublishRejected(status["code"], status["description"])
            return str(status["code"])
        raise AssertionError("unreachable")

    async def _messages(self) -> AsyncIterator[chunks.Message]:
        while data := await self.reader.read(65536):
            for message in self._answers.feed(data):
                yield message
        raise ConnectionError("closed before an answer")

    def _send(
        self,
        stream_id: int,
        kind: int,
        stream: int,
        payload: bytes,
        *,
        timestamp: int = 0,
        chunk_size: int = 0,
    ) -> None:
        size = chunk_size or self._chunk_size
        self.writer.write(
            chunks.write(stream_id, kind, stream, payload, timestamp=timestamp, chunk_size=size)
        )
