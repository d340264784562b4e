"""Other networks' RTMP servers for tests: Debian's nginx-rtmp, and one that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from showfloor.streaming.rtmp import amf, chunks, messages
from tests.integration.streaming.peers import Tag
from tests.waiting import bounded, until

NGINX = shutil.which("nginx") or ""
RTMP_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
_NGINX_CONFIG = """
load_module {module};
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
rtmp {{ server {{ listen 127.0.0.1:{port};
  application live {{ live on; record all; record_path {folder}; record_suffix -%s.flv; }}
}} }}
"""


class Nginx:
    """Records what it gets as FLV files."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        folder.mkdir(parents=True, exist_ok=True)
        # Its worker may run as another user.
        folder.chmod(0o777)

    @property
    def url(self) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live"

    async def start(self) -> None:
        config = self.folder / "nginx.conf"
        config.write_text(
            _NGINX_CONFIG.format(module=RTMP_MODULE, folder=self.folder, port=self.port)
        )
        self.process = await asyncio.create_subprocess_exec(
            NGINX, "-p", str(self.folder), "-c", str(config), stderr=asyncio.subprocess.DEVNULL
        )
        await until(self._listens)

    async def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        async with bounded():
            await self.process.wait()

    def recordings(self) -> list[Path]:
        return sorted(self.folder.glob("*.flv"), key=lambda path: path.stat().st_mtime)


Behaviour = Callable[["Guest"], Awaitable[None]]


class Guest:
    """One connection of ours to a `Network`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.commands: list[amf.Command] = []
        self.tags: list[Tag] = []
        self.published = ""
        self._chunks = chunks.ChunkReader(8 << 20)
        self.news = asyncio.Event()

    async def shake_hands(self) -> None:
        hello = await self.reader.readexactly(1537)
        self.writer.write(b"\3" + bytes(1536) + hello[1:])
        await self.reader.readexactly(1536)

    async def read_on(self, *, answer: bool = True, refuse: tuple[str, str] | None = None) -> None:
        """Until the end, as a server that takes everything; `refuse` are the code and description
        that answer `publish`.
        """
        while data := await self.reader.read(65536):
            for message in self._chunks.feed(data):
                if message.kind == messages.COMMAND:
                    command = amf.decode_command(message.payload)
                    assert command is not None
                    self.commands.append(command)
                    if answer:
                        self._answer(command, message.stream, refuse)
                elif message.kind in (8, 9, 18):
                    self.tags.append(Tag(message.kind, message.timestamp, bytes(message.payload)))
            self.news.set()

    def _answer(self, command: amf.Command, stream: int, refuse: tuple[str, str] | None) -> None:
        match command.name:
            case "connect":
                self.writer.write(
                    messages.announce_chunk_size() + messages.welcome(command.transaction)
                )
            case "createStream":
                self.writer.write(messages.result(command.transaction, None, 7.0))
            case "publish" if refuse is not None:
                self.writer.write(messages.status(stream, "error", *refuse))
            case "publish":
                self.published = str(command.arguments[1])
                self.writer.write(
                    messages.status(stream, "status", "NetStream.Publish.Start", "Go on.")
                )


async def take(guest: Guest) -> None:
    """What an honest network does."""
    await guest.shake_hands()
    await guest.read_on()


class Network:
    """An RTMP server on a port of its own; `behaviour` is what it does with the next guest."""

    def __init__(self, behaviour: Behaviour = take, context: ssl.SSLContext | None = None) -> None:
        self.behaviour = behaviour
        self.guests: list[Guest] = []
        self._context = context
        self.arrived = asyncio.Event()

    @property
    def url(self) -> str:
        scheme, host = ("rtmps", "localhost") if self._context else ("rtmp", "127.0.0.1")
        return f"{scheme}://{host}:{self.port}/live"

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._context, limit=64 << 10
        )
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = Guest(reader, writer)
        self.guests.append(guest)
        self.arrived.set()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self.behaviour(guest)
        writer.close()

    def stop(self) -> None:
        self._server.close()
        for guest in self.guests:
            guest.writer.transport.abort()

    async def guest(self, number: int = 0) -> Guest:
        """The so-many-th connection, once it is there."""
        await until(lambda: len(self.guests) > number)
        return self.guests[number]

    async def tags(self, count: int, number: int = 0) -> list[Tag]:
        """What a guest sent, once it is at least so much."""
        guest = await self.guest(number)
        await until(lambda: len(guest.tags) >= count)
        return guest.tags


@contextlib.asynccontextmanager
async def network(
    behaviour: Behaviour = take, context: ssl.SSLContext | None = None
) -> AsyncIterator[Network]:
    """A network for one test."""
    server = Network(behaviour, context)
    await server.start()
    try:
        yield server
    finally:
        server.stop()
