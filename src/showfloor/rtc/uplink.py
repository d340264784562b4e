"""The way to `streaming`: a publisher's WebSocket, as a browser opens it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from showfloor.kit import publishing
from showfloor.rtc.errors import MediaServerAway, PublisherRefused

_OPEN_SECONDS = 5.0
_MOST_WAITING = 2_000
"""Messages: ten seconds of a show. `streaming` takes them at once unless something is wrong."""
_STATUS = {
    "stream_key_unknown": 401,
    "stream_key_revoked": 401,
    "publish_ticket_expired": 401,
    "show_ended": 409,
}


class Uplink:
    """Sends in the order in which it is told to, without making anybody wait."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self.farewell: PublisherRefused | None = None
        """Why `streaming` let go of the publisher."""

    def send(self, message: bytes) -> bool:
        """False when too much waits already."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    async def run(self) -> None:
        """Until the socket ends."""
        sends = asyncio.create_task(self._send())
        try:
            with contextlib.suppress(WebSocketException):
                async for message in self._socket:
                    said = json.loads(message)
                    # Receipts are for those who measure their uplink by them.
                    if said["type"] in ("closed", "refused"):
                        self.farewell = PublisherRefused(said["code"], said["detail"], 410)
        finally:
            sends.cancel()

    async def close(self) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            await self._socket.close()

    async def _send(self) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                await self._socket.send(await self._waiting.get())


async def open_uplink(url: str, key: str, client: str) -> Uplink:
    """For a publisher who is admitted. `client` is whose limits it counts against. Raises
    MediaServerAway, PublisherRefused.
    """
    try:
        socket = await connect(
            url,
            subprotocols=[Subprotocol(publishing.SUBPROTOCOL)],
            compression=None,
            proxy=None,
            open_timeout=_OPEN_SECONDS,
            additional_headers={"X-Forwarded-For": client} if client else None,
        )
        await socket.send(publishing.write_hello(key, "opus"))
        async with asyncio.timeout(_OPEN_SECONDS):
            said: dict[str, Any] = json.loads(await socket.recv())
    except (OSError, TimeoutError, WebSocketException):
        raise MediaServerAway from None
    if said["type"] != "accepted":
        await socket.close()
        status = 503 if said.get("temporary") else _STATUS.get(said["code"], 403)
        raise PublisherRefused(said["code"], said["detail"], status)
    return Uplink(socket)
