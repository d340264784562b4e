"""HTTP/1.1 on a bare protocol, just what rooms need: one request a connection, then a stream or a
short answer.
"""

from __future__ import annotations

import asyncio

import httptools

from showfloor.fanout import routes
from showfloor.fanout.queries import Unavailable
from showfloor.fanout.registry import ConnectionRegistry
from showfloor.fanout.room import Room
from showfloor.fanout.viewer import Viewer, as_write_transport

MOST_IGNORED = 262_144
"""Bytes that a client may send beside its request until the connection is cut."""


class Connection(asyncio.Protocol):
    """From the first byte of a request to its answer; a stream is handed on to a `Viewer`.

    Only the first request counts: every answer says `Connection: close`, so what a client sends
    behind it is ignored (RFC 9112 §9.6).
    """

    __slots__ = (
        "_address",
        "_answered",
        "_complete",
        "_hosts",
        "_last_event_id",
        "_method",
        "_parser",
        "_received",
        "_registry",
        "_target",
        "_transport",
        "_version",
    )

    def __init__(self, registry: ConnectionRegistry) -> None:
        self._registry = registry
        self._parser = httptools.HttpRequestParser(self)
        self._received = 0
        self._method = self._target = b""
        self._version = ""
        self._hosts: list[bytes] = []
        self._last_event_id: int | None = None
        self._complete = False
        self._answered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = as_write_transport(transport)
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if peer else ""
        if not self._registry.add(self, self._address):
            self._answer(routes.FULL)
            if self._registry.refuses_many:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._answered = True
        self._registry.remove(self, self._address)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._answered or self._complete:
            if self._received > MOST_IGNORED:
                self.abort()
        elif self._received > self._registry.config.header_bytes:
            self._answer(routes.LARGE_HEAD)
        else:
            self._parse(data)

    def on_url(self, part: bytes) -> None:
        if not self._complete:
            self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._complete:
            return
        match name.lower():
            case b"host":
                self._hosts.append(value)
            case b"last-event-id":
                self._last_event_id = routes.sequence_number(value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        if not self._complete:
            self._complete = True
            self._method = self._parser.get_method()
            self._version = self._parser.get_http_version()

    def give_up(self) -> None:
        """Close a connection whose request did not come in time, or whose answer was not taken.

        A complete request for a room waits for the database instead.
        """
        if self._answered or not self._complete:
            self.abort()

    def abort(self) -> None:
        self._transport.abort()

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # an upgrade may be ignored (RFC 9110 §7.8)
        except httptools.HttpParserError:
            if not self._complete:
                self._answer(routes.MALFORMED)
        if self._complete:
            self._route()

    def _route(self) -> None:
        if not routes.is_host_valid(self._version, self._hosts):
            self._answer(routes.BAD_HOST)
            return
        stream = routes.route(self._method, self._target)
        if isinstance(stream, bytes):
            self._answer(stream)
        elif (room := self._registry.feed.watched(stream.room_id)) is not None:
            self._watch(room, stream)
        else:
            self._registry.feed.want(stream.room_id).add_done_callback(
                lambda found: self._watch_when_found(found, stream)
            )

    def _watch_when_found(self, found: asyncio.Future[Room | None], stream: routes.Stream) -> None:
        if self._answered or found.cancelled():
            return
        if isinstance(found.exception(), Unavailable):
            self._answer(routes.BUSY)
        elif (room := found.result()) is None:
            self._answer(routes.UNKNOWN_ROOM)
        else:
            self._watch(room, stream)

    def _watch(self, room: Room, stream: routes.Stream) -> None:
        self._answered = True
        viewer = Viewer(
            self._transport, room, self._registry, self._address, counted=stream.counted
        )
        self._registry.promote(self, viewer)
        self._transport.set_write_buffer_limits(high=self._registry.config.high_water)
        self._transport.set_protocol(viewer)
        self._transport.write(routes.STREAM)
        newest = stream.last_event_id if self._last_event_id is None else self._last_event_id
        room.join(viewer, newest)

    def _answer(self, answer: bytes) -> None:
        """Write the answer and leave the end of the connection to the client.

        Closing a socket with unread bytes resets it, and the answer would be lost.
        """
        self._answered = True
        self._transport.write(answer)
        self._transport.write_eof()
