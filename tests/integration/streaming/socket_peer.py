"""A publisher by WebSocket: a browser's WebCodecs, as far as the server can tell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from showfloor.kit import publishing as packets
from showfloor.kit.publishing import Codec
from tests.integration.streaming.peers import METADATA, Tag, is_config
from tests.waiting import bounded


def packed(tags: Iterable[Tag], *, annex_b: bool = False) -> Iterator[bytes]:
    """A clip's tags as a browser would send them, without B-frames."""
    for tag in tags:
        stamp = tag.time * 1000
        if tag.kind == METADATA:
            continue
        if tag.kind == 8:
            body = tag.body[2:]
            yield (
                packets.write_audio_config(body, Codec.AAC)
                if is_config(tag)
                else packets.write_audio(stamp, body, Codec.AAC)
            )
        elif is_config(tag):
            record = tag.body[5:]
            if annex_b:
                yield packets.write_video(stamp, _sets(record), key=False, annex_b=True)
            else:
                yield packets.write_video_config(record)
        elif tag.body[1] == 1:
            key, body = tag.body[0] >> 4 == 1, tag.body[5:]
            data = b"".join(b"\0\0\0\1" + unit for unit in _units(body)) if annex_b else body
            yield packets.write_video(stamp, data, key=key, annex_b=annex_b)


def _units(body: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(body):
        size = int.from_bytes(body[position : position + 4], "big")
        yield body[position + 4 : position + 4 + size]
        position += 4 + size


def _sets(record: bytes) -> bytes:
    """The parameter sets of an `avcC` record with one of each, as a byte stream."""
    size = int.from_bytes(record[6:8], "big")
    sps, rest = record[8 : 8 + size], record[9 + size :]
    pps = rest[2 : 2 + int.from_bytes(rest[:2], "big")]
    return b"\0\0\0\1" + sps + b"\0\0\0\1" + pps


class SocketPublisher:
    """Connects, says hello, sends packets as fast as it is told to."""

    def __init__(
        self, port: int, key: str = "key-a", path: str = "/publish", sound: str = "aac"
    ) -> None:
        self._url = f"ws://127.0.0.1:{port}{path}"
        self._key, self._sound = key, sound
        self.socket: ClientConnection

    async def open(self, **options: Any) -> None:
        async with bounded():
            self.socket = await connect(
                self._url,
                subprotocols=[Subprotocol(packets.SUBPROTOCOL)],
                proxy=None,
                compression=None,
                **options,
            )

    async def connect(self) -> dict[str, Any]:
        """The answer to the hello."""
        await self.open()
        await self.socket.send(packets.write_hello(self._key, self._sound))
        return await self.heard()

    async def heard(self, kind: str | None = None) -> dict[str, Any]:
        """The next message from the server, of one type when it is said."""
        async with bounded():
            while True:
                said: dict[str, Any] = json.loads(await self.socket.recv())
                if kind is None or said["type"] == kind:
                    return said

    async def play(self, messages: Iterable[bytes], *, paced: bool = False) -> None:
        """As fast as the socket takes them, or at the pace of their stamps."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with bounded():
            for message in messages:
                if paced and message[0] in (packets.Kind.VIDEO, packets.Kind.AUDIO):
                    due = began + int.from_bytes(message[2:10], "big") / 1_000_000
                    # waits: a camera sends at the pace of its clock
                    await asyncio.sleep(max(0.0, due - loop.time()))
                await self.socket.send(message)

    async def ended(self) -> tuple[int, list[dict[str, Any]]]:
        """The close code, and what was said before; receipts left out."""
        said = []
        async with bounded():
            try:
                while True:
                    message = json.loads(await self.socket.recv())
                    if message["type"] != "received":
                        said.append(message)
            except ConnectionClosed as end:
                return (end.rcvd.code if end.rcvd else 1006), said

    def kill(self) -> None:
        """As when the tab's process dies."""
        self.socket.transport.abort()

    async def stop(self) -> None:
        async with bounded():
            await self.socket.close()
        await asyncio.sleep(0)
