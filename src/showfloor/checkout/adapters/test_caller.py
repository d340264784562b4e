"""How the provider `test` calls back: a POST over a connection that is kept.

A purchase calls back once, and everybody who measures purchases measures this too: a full HTTP
client cost a fifth of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class TestCaller:
    """POSTs to one address (HTTP/1.1, RFC 9112), for short answers whose length is told."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._start = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
        self._idle: list[Stream] = []
        self.timeout = 5.0

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether it was taken (2xx)."""
        try:
            async with asyncio.timeout(self.timeout):
                stream = await self._connect()
                try:
                    return await self._exchange(stream, body, headers)
                except BaseException:
                    stream[1].close()
                    raise
        except (OSError, EOFError, ValueError, TimeoutError):
            return False

    async def _connect(self) -> Stream:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port, ssl=self._secure or None)

    async def _exchange(self, stream: Stream, body: bytes, headers: Mapping[str, str]) -> bool:
        reader, writer = stream
        fields = {**headers, "content-length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"{self._start}{lines}\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        (length,) = (line[15:] for line in head.split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(length))
        if "\r\nconnection: close" in head:
            writer.close()
        else:
            self._idle.append(stream)
        return head[9:10] == "2"

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop()[1].close()
