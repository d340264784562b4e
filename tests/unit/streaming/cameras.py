"""One publisher's connection with both of its ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.pool import ConnectionPool
from showfloor.streaming.ports import AudioFrame, LetGo, MediaSink, VideoFrame
from showfloor.streaming.rtmp import amf, chunks, messages, session
from showfloor.streaming.rtmp.session import RtmpSession
from tests.waiting import bounded

HELLO = b"\x03" + bytes(1536)
C2 = bytes(1536)


class Wire(asyncio.Transport):
    """A camera's socket, seen from its other end."""

    def __init__(self) -> None:
        super().__init__()
        self.said = bytearray()
        self.socket = socket.socket()
        self.closed = self.aborted = self.paused = False
        self.ended = asyncio.Event()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "socket":
            return self.socket
        return ("192.0.2.1", 40_000) if name == "peername" else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True
        self.ended.set()

    def abort(self) -> None:
        self.aborted = True
        self.close()

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Sink(MediaSink):
    """Keeps what a publisher sent."""

    def __init__(self) -> None:
        self.got: list[object] = []
        self.closings: list[str | None] = []

    def configure_video(self, codec: str, record: bytes) -> None:
        self.got.append(("video config", codec, record))

    def configure_audio(self, codec: str, record: bytes) -> None:
        self.got.append(("audio config", codec, record))

    def video(self, frame: VideoFrame) -> None:
        self.got.append((frame.codec, frame.stamp, frame.key, bytes(frame.payload)))

    def audio(self, frame: AudioFrame) -> None:
        self.got.append((frame.codec, frame.stamp, bytes(frame.payload)))

    def network(self, loss: float, jitter_ms: int) -> None:
        pass

    def closed(self, problem: str | None = None) -> None:
        self.closings.append(problem)


class Gate:
    """Decides about keys when the test says so."""

    def __init__(self) -> None:
        self.sink = Sink()
        self.keys: list[str] = []
        self.problem: Exception | None = None
        self.asked = asyncio.Event()
        self.decided = asyncio.Event()
        self.close: Callable[[LetGo], None] = lambda reason: None

    async def authorize(self, key: str, close: Callable[[LetGo], None]) -> MediaSink:
        self.keys.append(key)
        self.close = close
        self.asked.set()
        await self.decided.wait()
        if self.problem is not None:
            raise self.problem
        return self.sink


class Camera:
    """A session with both of its ends."""

    def __init__(self, folder: Path, pool: ConnectionPool | None = None) -> None:
        self.config = StreamingConfig("http://127.0.0.1:1", "x", folder)
        self.gate, self.wire = Gate(), Wire()
        if pool is None:
            pool = ConnectionPool(
                most_publishers=10, most_strangers=10, most_strangers_per_network=10
            )
        self.pool = pool
        self.session = RtmpSession(self.config, self.gate, self.pool)
        self.session.connection_made(self.wire)

    def send(self, data: bytes) -> None:
        self.session.data_received(data)

    def greet(self) -> None:
        self.send(HELLO + C2)

    def command(self, name: str, *values: object, stream: int = 0) -> None:
        self.send(chunks.write(3, messages.COMMAND, stream, amf.encode(name, *values)))

    async def publish(self, key: str = "sk_1", app: str = "live") -> None:
        self.greet()
        self.command("connect", 1.0, {"app": app})
        self.command("createStream", 2.0, None)
        self.command("publish", 3.0, None, key, "live", stream=1)
        async with bounded():
            await self.gate.asked.wait()

    async def admitted(self) -> None:
        await self.publish()
        self.gate.decided.set()
        await self.turn()

    async def turn(self) -> None:
        """Let the admission's task go on."""
        for _ in range(5):
            await asyncio.sleep(0)

    def media(self, kind: int, time: int, body: bytes) -> None:
        self.send(chunks.write(6, kind, 1, body, timestamp=time))

    def heard(self) -> list[tuple[int, bytes]]:
        """Kind and payload of every message that the camera got, after the handshake."""
        reader = chunks.ChunkReader(1 << 20)
        found = reader.feed(bytes(self.wire.said[1 + 2 * 1536 :]))
        return [(message.kind, bytes(message.payload)) for message in found]

    def statuses(self) -> list[tuple[str, str]]:
        """Code and description of every onStatus."""
        values = [amf.decode(body) for kind, body in self.heard() if kind == messages.COMMAND]
        infos = [value[3] for value in values if value[0] == "onStatus"]
        objects = [info for info in infos if isinstance(info, dict)]
        assert len(objects) == len(infos)
        return [(str(info["code"]), str(info["description"])) for info in objects]


@pytest.fixture
async def camera(tmp_path: Path) -> Any:
    camera = Camera(tmp_path)
    yield camera
    camera.session.connection_lost(None)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal does not linger."""
    monkeypatch.setattr(session, "_LINGER_SECONDS", 0.0)
