"""One viewer's connection: requests in, answers out, and a deadline for whatever it is doing."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol, cast

import httptools

from showfloor.kit import clock
from showfloor.kit.network import ConnectionLimit
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.http import answers
from showfloor.streaming.http.answers import Answer

log = logging.getLogger("showfloor.streaming.http")

_MAX_REQUEST = 64 << 10
"""What is kept of one request."""
_MAX_UNFINISHED = 512 << 10
"""Bytes without a complete request, reported by the parser or not. More than one read brings."""
_MAX_PIPELINED = 8


_WEB_METHODS = b"P"
"""POST and PUT are web's.

Only its requests have a header whose value matters, and a browser's ten headers cost a quarter of
an answer. Viewers' requests are only checked for their one Host (`_has_one_host`).
"""
_HEAD_END = b"\r\n\r\n"
_PUBLISH = (b"GET /publish ", b"GET /publish?")
_GET = ord("G")
_PUBLISH_SIZE = len(_PUBLISH[0])


class Request(NamedTuple):
    method: bytes
    target: bytes
    authorization: bytes
    body: bytes
    keep_alive: bool


class Router(Protocol):
    """Answers a request now, or keeps the connection and answers later."""

    def handle(self, request: Request, connection: Connection) -> Answer | None:
        """None: the router keeps the connection waiting and calls `answer` in the end."""
        ...

    def give_up(self, connection: Connection) -> Answer:
        """The wait has taken too long."""
        ...

    def forget(self, connection: Connection) -> None:
        """A waiting viewer is gone."""
        ...


class _WithoutHeaders:
    """The callbacks of a parser that may skip headers."""

    def __init__(self, connection: Connection) -> None:
        self.on_message_begin = connection.on_message_begin
        self.on_url = connection.on_url
        self.on_body = connection.on_body
        self.on_message_complete = connection.on_message_complete


class Connection(asyncio.Protocol):
    """Answers in order; the next request is looked at when the last answer has left, so a slow
    reader holds one answer at most.
    """

    __slots__ = (
        "_address",
        "_authorization",
        "_blocked",
        "_body",
        "_config",
        "_connections",
        "_hosts",
        "_opening",
        "_parser",
        "_places",
        "_publisher",
        "_queue",
        "_reads_headers",
        "_request",
        "_router",
        "_size",
        "_target",
        "_transport",
        "_unchecked",
        "_unfinished",
        "_waiting",
        "deadline",
        "place",
    )

    def __init__(
        self,
        config: StreamingConfig,
        router: Router,
        connections: set[Connection],
        places: ConnectionLimit,
        publisher: Callable[[], asyncio.Protocol] | None = None,
    ) -> None:
        """`publisher` takes the connection over when it asks for `/publish`."""
        self._config = config
        self._router = router
        self._connections = connections
        self._places = places
        self._publisher = publisher
        self._opening = b""
        """The beginning of a request that may become one for `/publish`."""
        self._address = ""
        self._hosts = 0
        self._unchecked = bytearray()
        self._reads_headers = False
        self._queue: deque[Request] = deque()
        self._request: Request | None = None
        self._waiting = self._blocked = False
        self._size = self._unfinished = 0
        self._target = self._authorization = self._body = b""
        self._parser = httptools.HttpRequestParser(_WithoutHeaders(self))
        self.place: object = None
        """Where the router keeps this connection while it waits."""
        self.deadline = 0.0

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self.deadline = clock.monotonic() + self._config.header_seconds
        self._address = (transport.get_extra_info("peername") or ("",))[0]
        if self._places.add(self._address):
            self._connections.add(self)
        else:
            self._refuse(answers.TOO_MANY)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._connections:
            self._connections.discard(self)
            self._places.remove(self._address)
        if self._waiting:
            self._router.forget(self)
        self._queue.clear()

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        if self._opening:
            data, self._opening = self._opening + data, b""
        begins = self._unfinished == 0 and self._size == 0
        if not (begins and self._is_for_publishers(data)):
            self._read(data)

    def _read(self, data: bytes) -> None:
        if self._unfinished == 0 and self._size == 0:
            # Once a request: blank lines before one (RFC 9112 §2.2) must not renew the deadline.
            if not self._waiting and not self._blocked:
                self.deadline = clock.monotonic() + self._config.header_seconds
            if data[0] in _WEB_METHODS:
                self._parser = httptools.HttpRequestParser(self)
                self._reads_headers = True
        self._unfinished += len(data)
        if not self._reads_headers and not self._have_one_host(data):
            self._refuse(answers.BAD_REQUEST)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return  # answered as an ordinary request, and the last on this connection
        except httptools.HttpParserError:
            # Also what `_grow` raises, wrapped; what the router raises stays in `_serve`.
            self._refuse(answers.TOO_LARGE if self._size > _MAX_REQUEST else answers.BAD_REQUEST)
        if self._unfinished > _MAX_UNFINISHED:
            self._refuse(answers.TOO_LARGE)

    @property
    def _is_idle(self) -> bool:
        return self._request is None and not self._queue and not self._blocked

    def _is_for_publishers(self, data: bytes) -> bool:
        """Hand the connection over to a publisher's session, or keep what is too short to say."""
        if data[0] != _GET or self._publisher is None or not self._is_idle:
            return False
        if len(data) < _PUBLISH_SIZE:
            if any(target.startswith(data) for target in _PUBLISH):
                self._opening = data
            return bool(self._opening)
        if not data.startswith(_PUBLISH):
            return False
        self._connections.discard(self)
        self._places.remove(self._address)
        session = self._publisher()
        self._transport.set_protocol(session)
        session.connection_made(self._transport)
        session.data_received(data)
        return True

    def pause_writing(self) -> None:
        self._blocked = True
        self.deadline = clock.monotonic() + self._config.write_seconds

    def resume_writing(self) -> None:
        self._blocked = False
        self._rest()
        self._next()

    # httptools

    def on_message_begin(self) -> None:
        self._size = 1
        self._hosts = 0

    def on_url(self, url: bytes) -> None:
        self._grow(len(url))
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value))
        if len(name) == 13 and name.lower() == b"authorization":
            self._authorization = value
        elif len(name) == 4 and name.lower() == b"host":
            self._hosts += 1

    def on_body(self, body: bytes) -> None:
        self._grow(len(body))
        self._body += body

    def on_message_complete(self) -> None:
        if self._reads_headers and self._hosts != 1:
            raise ValueError("not one Host field")
        keep_alive = self._parser.should_keep_alive() and not self._parser.should_upgrade()
        target = _origin_form(self._target)
        request = Request(
            self._parser.get_method(), target, self._authorization, self._body, keep_alive
        )
        self._target = self._authorization = self._body = b""
        self._size = self._unfinished = 0
        if self._request is None and not self._blocked:
            self._serve(request)
        elif len(self._queue) >= _MAX_PIPELINED:
            self._transport.abort()
        else:
            self._queue.append(request)

    def _have_one_host(self, data: bytes) -> bool:
        """Whether each request head that is complete now has exactly one Host field.

        The parser of viewers' requests reports no header, because that would cost a quarter of an
        answer; so the bytes are searched.
        """
        end = len(data) - len(_HEAD_END)
        if not self._unchecked and end > 0 and data.find(_HEAD_END) == end:
            return _has_one_host(data)
        # The end may be torn. What came before is searched once, however small the pieces are.
        fresh = max(len(self._unchecked) - len(_HEAD_END) + 1, 0)
        self._unchecked += data
        if self._unchecked.find(_HEAD_END, fresh) < 0:
            return True
        heads, _, self._unchecked = self._unchecked.rpartition(_HEAD_END)
        return all(
            _has_one_host(bytes(head)) for head in heads.split(_HEAD_END) if head.strip(b"\r\n")
        )

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > _MAX_REQUEST:
            raise ValueError("request too large")

    # Serving

    def wait_until(self, deadline: float) -> None:
        """The router keeps this connection; `deadline` is on the steady clock."""
        self._waiting = True
        self.deadline = deadline

    def answer(self, answer: Answer) -> None:
        """Write the answer to the request that is being served, then look at the next."""
        request = self._request
        if request is None or self._transport.is_closing():
            return
        self._request = None
        self._waiting = False
        self._rest()
        if request.method == b"HEAD":
            self._transport.write(answer.head)
        elif answer.whole is not None:
            self._transport.write(answer.whole)
        else:
            self._transport.writelines([answer.head, *answer.body])
        if not request.keep_alive:
            self._transport.close()
        elif self._queue:
            self._next()

    def expire(self) -> None:
        """The deadline has passed."""
        if self._waiting:
            self.answer(self._router.give_up(self))
        else:
            self._transport.abort()

    def close(self) -> None:
        self._transport.close()

    def _rest(self) -> None:
        if not self._blocked:
            self.deadline = clock.monotonic() + self._config.keep_alive_seconds

    def _next(self) -> None:
        while (
            self._queue
            and self._request is None
            and not self._blocked
            and not self._transport.is_closing()
        ):
            self._serve(self._queue.popleft())

    def _serve(self, request: Request) -> None:
        self._request = request
        try:
            answer = self._router.handle(request, self)
        except Exception:
            log.exception("request failed")
            answer = answers.BROKEN
        if answer is not None:
            self.answer(answer)

    def _refuse(self, answer: Answer) -> None:
        if not self._transport.is_closing():
            assert answer.whole is not None
            self._transport.write(answer.whole)
            self._transport.close()


def _has_one_host(head: bytes) -> bool:
    """RFC 9112 §3.2; a request of HTTP/1.0 may have none."""
    hosts = head.lower().count(b"\nhost:")
    return hosts == 1 or (hosts == 0 and b" HTTP/1.0\r\n" in head + b"\r\n")


def _origin_form(target: bytes) -> bytes:
    """Path and query of a target; a proxy may send the absolute form (RFC 9112 §3.2.2)."""
    if target.startswith(b"/"):
        return target
    _, _, rest = target.partition(b"://")
    _, slash, path = rest.partition(b"/")
    return slash + path or target
