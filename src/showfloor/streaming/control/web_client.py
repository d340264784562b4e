"""JSON requests to web. Media never waits for one."""

from __future__ import annotations

import asyncio
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools

_MAX_ANSWER = 4 << 20


class WebUnavailable(Exception):
    """Web did not answer in time, or not with HTTP."""


class Answer(NamedTuple):
    status: int
    body: bytes


class WebClient:
    """A POST of JSON. The connection of the last answer is kept for the next request, because a new
    one each second costs more than the report that it carries.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        """`timeout` is seconds for a whole request."""
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._prefix = parts.path.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._idle: _Connection | None = None

    async def post(self, path: str, body: bytes) -> Answer:
        """Status and body; raises WebUnavailable."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(self._request(path, body))
        except (OSError, TimeoutError, httptools.HttpParserError, EOFError) as problem:
            # The text of the problem could hold an address, never the body: a stream key is in it.
            raise WebUnavailable(type(problem).__name__) from None

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._idle is not None:
            self._idle.close()

    async def _exchange(self, request: bytes) -> Answer:
        kept, self._idle = self._idle, None
        if kept is not None and kept.is_open:
            try:
                return await self._ask(kept, request)
            except (EOFError, ConnectionError):
                # Web closed it while the request was on its way (RFC 9112 §9.3.1). Everything that
                # is asked here may be asked twice.
                if kept.answering:
                    raise
        return await self._ask(await self._connect(), request)

    async def _connect(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, self._host, self._port, ssl=True if self._secure else None
        )
        return connection

    async def _ask(self, connection: _Connection, request: bytes) -> Answer:
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if self._idle is None and connection.is_open:
            self._idle = connection
        else:
            connection.close()
        return answer

    def _request(self, path: str, body: bytes) -> bytes:
        head = (
            f"POST {self._prefix}{path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Authorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self.is_open = True
        self.answering = False
        """Whether something of the answer to the last request has come."""
        self._waiter: asyncio.Future[Answer] | None = None
        self._body = bytearray()

    async def ask(self, request: bytes) -> Answer:
        """Raises EOFError when the connection ends before the answer does."""
        self._waiter = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._body.clear()
        self.answering = False
        self._transport.write(request)
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def close(self) -> None:
        self.is_open = False
        self._transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            self.close()  # nobody asked
            return
        self.answering = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as problem:
            self._fail(problem)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._fail(error or EOFError())

    # httptools

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > _MAX_ANSWER:
            self._fail(EOFError())

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.is_open = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(Answer(self._parser.get_status_code(), bytes(self._body)))

    def _fail(self, problem: Exception) -> None:
        self.is_open = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(problem)
