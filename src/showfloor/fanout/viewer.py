"""One viewer's stream. It has no queue of its own: `seq` says how far it got in its room's log, and
a slow viewer's `seq` falls behind.
"""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from showfloor.fanout import sse
from showfloor.kit import clock

MOST_SURPLUS = 1_024
"""Bytes that a client may still send after its request; nothing is expected."""


class Audience(Protocol):
    """Everybody who watches any room."""

    def leave(self, viewer: Viewer, /) -> None:
        """The connection is gone."""


class Watched(Protocol):
    """The viewer's room."""

    def deliver(self, viewer: Viewer, /) -> None:
        """Write what the viewer lacks, now that its buffer has drained."""

    def leave(self, viewer: Viewer, /) -> None:
        """The connection is gone."""


class Viewer(asyncio.Protocol):
    """One connection that streams.

    `seq`, `state` and `frame` are the newest event, version of the state and frame of messages that
    were written to it. `ready` is False while its buffer is full or it is gone. `counted`: the
    number of viewers in the state includes it. `address` is where its connection comes from.
    """

    __slots__ = (
        "_audience",
        "_surplus",
        "address",
        "counted",
        "frame",
        "paused_at",
        "ready",
        "room",
        "seq",
        "state",
        "transport",
    )

    def __init__(
        self,
        transport: asyncio.WriteTransport,
        room: Watched,
        audience: Audience,
        address: str = "",
        *,
        counted: bool = True,
    ) -> None:
        self.transport = transport
        self.room = room
        self.address = address
        self.counted = counted
        self.seq = self.state = -1
        self.frame = 0
        self.ready = True
        self.paused_at = 0.0
        self._surplus = 0
        self._audience = audience

    def pause_writing(self) -> None:
        self.ready = False
        self.paused_at = clock.monotonic()

    def resume_writing(self) -> None:
        self.ready = True
        self.room.deliver(self)

    def data_received(self, data: bytes) -> None:
        self._surplus += len(data)
        if self._surplus > MOST_SURPLUS:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.ready = False
        self._audience.leave(self)
        self.room.leave(self)

    def beat(self, stalled_since: float) -> None:
        """Send a heartbeat; abort the stream if its buffer has been full since before
        `stalled_since`.
        """
        if self.ready:
            self.transport.write(sse.HEARTBEAT)
        elif self.paused_at < stalled_since:
            self.transport.abort()

    def close(self) -> None:
        """End the stream after what is already written. A stream with a full buffer is aborted: it
        might never drain.
        """
        if self.ready:
            self.transport.close()
        else:
            self.transport.abort()


def as_write_transport(transport: asyncio.BaseTransport) -> asyncio.WriteTransport:
    """uvloop's transports do all that asyncio's do, but do not inherit from its classes."""
    return cast(asyncio.WriteTransport, transport)
