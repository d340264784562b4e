"""HTTP/1.1 on a bare protocol, just what rooms need: one request a connection, then a stream or a
short answer.
"""

from __future__ import annotations

import asyncio
import contextlib

import httptools

from showfloor.fanout import routes
from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.feed import Feed
from showfloor.fanout.queries import Unavailable
from showfloor.fanout.room import Room
from showfloor.fanout.viewer import Viewer, as_write_transport
from showfloor.kit import clock

MOST_IGNORED = 262_144
"""Bytes that a client may send beside its request until the connection is cut."""


class Door:
    """Who is here: viewers, and connections that are not (yet) one of them, with the time they
    came.
    """

    def __init__(self, config: FanoutConfig, feed: Feed) -> None:
        self.config = config
        self.feed = feed
        self.waiting: dict[Connection, float] = {}
        self.audience: set[Viewer] = set()

    @property
    def crowded(self) -> bool:
        return len(self.waiting) + len(self.audience) > self.config.most_connections

    def close_late(self) -> None:
        """Close those whose request is not complete in time. The oldest stand first."""
        late = clock.monotonic() - self.config.header_timeout
        for connection, since in list(self.waiting.items()):
            if since > late:
                return
            connection.give_up()


class Connection(asyncio.Protocol):
    """From the first byte of a request to its answer; a stream is handed on to a `Viewer`."""

    __slots__ = (
        "_answered",
        "_complete",
        "_counted",
        "_door",
        "_last_event_id",
        "_parser",
        "_received",
        "_target",
        "_transport",
    )

    def __init__(self, door: Door) -> None:
        self._door = door
        self._parser = httptools.HttpRequestParser(self)
        self._received = 0
        self._target = b""
        self._last_event_id: int | None = None
        self._counted = True
        self._complete = False
        self._answered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = as_write_transport(transport)
        self._door.waiting[self] = clock.monotonic()
        if self._door.crowded:
            self._answer(routes.BUSY)

    def connection_lost(self, error: Exception | None) -> None:
        self._answered = True
        self._door.waiting.pop(self, None)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._answered or self._complete:
            if self._received > MOST_IGNORED:
                self.abort()
        elif self._received > self._door.config.header_bytes:
            self._answer(routes.LARGE_HEAD)
        elif not self._parse(data):
            self._answer(routes.MALFORMED)
        elif self._complete:
            self._route()

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"last-event-id":
            self._last_event_id = routes.sequence_number(value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        self._complete = True

    def give_up(self) -> None:
        """The request did not come in time, or the answer was not taken.

        Who waits for a room waits for the database instead.
        """
        if self._answered or not self._complete:
            self.abort()

    def abort(self) -> None:
        self._transport.abort()

    def _parse(self, data: bytes) -> bool:
        with contextlib.suppress(
            httptools.HttpParserUpgrade
        ):  # an upgrade may be ignored (RFC 9110 §7.8)
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserError:
                return False
        return True

    def _route(self) -> None:
        asked = routes.route(self._parser.get_method(), self._target)
        if isinstance(asked, bytes):
            self._answer(asked)
            return
        if self._last_event_id is None:
            self._last_event_id = asked.last_event_id
        self._counted = asked.counted
        if (room := self._door.feed.rooms.get(asked.room_id)) is not None:
            self._watch(room)
        else:
            self._door.feed.want(asked.room_id).add_done_callback(self._found)

    def _found(self, answer: asyncio.Future[Room | None]) -> None:
        if self._answered or answer.cancelled():
            return
        if isinstance(answer.exception(), Unavailable):
            self._answer(routes.BUSY)
        elif (room := answer.result()) is None:
            self._answer(routes.UNKNOWN_ROOM)
        else:
            self._watch(room)

    def _watch(self, room: Room) -> None:
        self._answered = True
        self._door.waiting.pop(self, None)
        viewer = Viewer(self._transport, room, self._door.audience, counted=self._counted)
        self._transport.set_write_buffer_limits(high=self._door.config.high_water)
        self._transport.set_protocol(viewer)
        self._transport.write(routes.STREAM)
        room.join(viewer, self._last_event_id)

    def _answer(self, answer: bytes) -> None:
        """The end of the connection is left to the client: closed with bytes unread it would be
        reset, and the answer lost with it.
        """
        self._answered = True
        self._transport.write(answer)
        self._transport.write_eof()
