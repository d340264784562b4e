"""JSON requests to web. Media never waits for one."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

import httptools

_MAX_ANSWER = 4 << 20


class WebUnavailable(Exception):
    """Web did not answer in time, or not with HTTP."""


class WebClient:
    """A POST of JSON over one short connection each: two a second at most, so simplicity wins over
    keep-alive.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._prefix = parts.path.rstrip("/")
        self._token = token
        self._timeout = timeout

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body; raises WebUnavailable."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(path, body)
        except (OSError, TimeoutError, httptools.HttpParserError, EOFError) as problem:
            # The text of the problem could hold an address, never the body: a stream key is in it.
            raise WebUnavailable(type(problem).__name__) from None

    async def _exchange(self, path: str, body: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=True if self._secure else None
        )
        try:
            writer.write(
                f"POST {self._prefix}{path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
                f"Authorization: Bearer {self._token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                f"Connection: close\r\n\r\n".encode()
                + body
            )
            answer = _Answer()
            while not answer.complete:
                data = await reader.read(65536)
                if not data:
                    raise EOFError
                answer.feed(data)
            return answer.status, answer.body
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class _Answer:
    """Collects one response."""

    def __init__(self) -> None:
        self.complete = False
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > _MAX_ANSWER:
            raise EOFError

    def on_message_complete(self) -> None:
        self.complete = True

    @property
    def status(self) -> int:
        return int(self._parser.get_status_code())

    @property
    def body(self) -> bytes:
        return bytes(self._body)
