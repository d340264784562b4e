"""Buyers as bare asyncio connections, and the servers they storm. Used by the bench and by the
proof that nothing is oversold.

A framework's client would be slower than what it measures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
APP = "showfloor.app.asgi:create_app"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


class Connection:
    """One keep-alive connection (HTTP/1.1)."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def post(self, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        """Raises ConnectionError (or EOFError) when the server goes away in the middle."""
        await self.send(request(path, body, headers))
        return await self.receive()

    async def send(self, raw: bytes) -> None:
        if self._writer is None:
            await self.open()
        assert self._writer is not None
        self._writer.write(raw)
        await self._writer.drain()

    async def receive(self) -> Answer:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, length = int(head[9:12]), 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        body = await self._reader.readexactly(length)
        return Answer(status, json.loads(body) if body else None)

    def cut(self) -> None:
        """Hang up at once, like a telephone that lost its network: the server's answer meets a
        reset.
        """
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None


def request(path: str, body: object, headers: Mapping[str, str]) -> bytes:
    content = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    return (
        "\r\n".join(
            [*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        ).encode()
        + content
    )


def address(number: int) -> str:
    """A client address of its own for each buyer, as the trusted proxy reports it."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def allow_many_connections() -> None:
    """A thousand buyers are a thousand open files, here and in each server."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


@dataclass(frozen=True, slots=True)
class Server:
    """One web process and its port."""

    port: int
    process: subprocess.Popen[bytes]


def settings_of(url: str, folder: Path) -> dict[str, str]:
    """Settings of web processes on the database `url`, with secrets of their own."""
    return {
        "SHOWFLOOR_MODE": "test",
        "SHOWFLOOR_DATABASE_URL": url,
        "SHOWFLOOR_DATA": str(folder),
        "SHOWFLOOR_SECRET": secrets.token_hex(20),
        "SHOWFLOOR_INTERNAL_TOKEN": secrets.token_hex(20),
    }


@asynccontextmanager
async def servers(
    settings: Mapping[str, str], *, how_many: int = 2, app: str = APP
) -> AsyncIterator[tuple[Server, ...]]:
    """Real uvicorn processes with `SHOWFLOOR_…` settings, ready to answer; ended by their own
    ids.
    """
    allow_many_connections()
    running = tuple(_start(settings, app) for _ in range(how_many))
    try:
        await asyncio.gather(*(_until_ready(server) for server in running))
        yield running
    finally:
        _end(running)


def _start(settings: Mapping[str, str], app: str) -> Server:
    environment = {**os.environ, **settings, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with socket.socket() as listening:
        # uvicorn takes a socket given by --fd for a Unix socket and leaves Nagle's algorithm on,
        # which makes one buyer wait 40 ms for each answer. Accepted sockets inherit the option.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(4096)
        # Where the test provider calls back.
        environment["SHOWFLOOR_PORT"] = str(listening.getsockname()[1])
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            app,
            "--fd",
            str(listening.fileno()),
        ]
        command += ["--log-level", "error", "--no-access-log", "--backlog", "4096"]
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, pass_fds=[listening.fileno()]
        )
        return Server(listening.getsockname()[1], process)


_START = 150
"""Seconds for which a process may import and open its pool on a machine that does other things."""


async def _until_ready(server: Server) -> None:
    async with asyncio.timeout(_START):
        while server.process.poll() is None:
            if await _answers(server.port):
                return
            await asyncio.sleep(0.1)
    raise RuntimeError("the web process ended before it answered")


async def _answers(port: int) -> bool:
    connection = Connection(port)
    try:
        async with asyncio.timeout(20):
            await connection.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return (await connection.receive()).status == 200
    except (OSError, EOFError, TimeoutError):
        return False
    finally:
        connection.cut()


def _end(running: tuple[Server, ...]) -> None:
    for server in running:
        server.process.terminate()
    for server in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(10)
        server.process.kill()
        server.process.wait()
