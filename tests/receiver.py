"""A web server that a test calls from the product, and that fails in every way there is."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.waiting import until


@dataclass(frozen=True)
class Heard:
    """A request as it arrived. Names of `headers` are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Behaviour:
    fields = {"content-length": str(len(body)), "connection": "close", **(headers or {})}

    async def send(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {fields[name]}" for name in fields)]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return send


async def hang(_writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing, until the other side gives up."""
    await asyncio.Event().wait()


async def close(_writer: asyncio.StreamWriter) -> None:
    """End the connection without a word."""


async def reset(writer: asyncio.StreamWriter) -> None:
    """End it as a machine does whose process has died (RST)."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def stop_in_the_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")
    await writer.drain()


async def stop_in_the_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this")
    await writer.drain()


async def talk_nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mx.example ESMTP\r\n")
    await writer.drain()


async def never_stop(writer: asyncio.StreamWriter) -> None:
    """A body without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


@dataclass
class Receiver:
    """`next` are the behaviours of the next requests, `always` that of all others."""

    port: int = 0
    scheme: str = "http"
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    next: deque[Behaviour] = field(default_factory=deque)
    always: Behaviour = field(default_factory=lambda: answer(204))
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/hooks"

    async def until_heard(self, count: int) -> list[Heard]:
        await until(lambda: len(self.heard) >= count)
        return self.heard

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._talk(reader, writer))
        self.talks.add(task)
        task.add_done_callback(self.talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            self.heard.append(await _read(reader))
            behave = self.next.popleft() if self.next else self.always
            await behave(writer)
        with contextlib.suppress(OSError):
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, path, headers, body)


@asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    it = Receiver(scheme="https" if tls else "http")
    server = await asyncio.start_server(it.take, "localhost", 0, ssl=tls, family=socket.AF_INET)
    it.port = server.sockets[0].getsockname()[1]
    yield it
    server.close()
    for task in list(it.talks):
        task.cancel()
    await asyncio.gather(*it.talks, return_exceptions=True)
