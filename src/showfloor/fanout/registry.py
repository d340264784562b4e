"""The open connections of the process: who waits for an answer and who watches."""

from __future__ import annotations

from typing import Protocol

from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.feed import Feed
from showfloor.fanout.viewer import Viewer
from showfloor.kit import clock
from showfloor.kit.network import ConnectionLimit, Proxies

MOST_REFUSED = 32
"""Refused connections that are left open until the client has read its answer."""


class Waiting(Protocol):
    """A connection that does not stream: its request or the end of its answer is outstanding."""

    def give_up(self) -> None: ...

    def abort(self) -> None: ...


class ConnectionRegistry:
    """Counts and bounds connections. `feed` has the rooms that they ask for."""

    def __init__(self, config: FanoutConfig, feed: Feed) -> None:
        self.config = config
        self.feed = feed
        self.waiting: dict[Waiting, float] = {}
        """With the time at which each came, the oldest first."""
        self.audience: set[Viewer] = set()
        self._refused: set[Waiting] = set()
        self._limit = ConnectionLimit(
            "fanout",
            most=config.most_connections,
            most_per_network=config.most_per_network,
            proxies=Proxies(config.proxies),
        )

    def add(self, connection: Waiting, address: str) -> bool:
        """Whether there is a place for the connection. A refused one is kept until it ends, so that
        the client can read why.
        """
        self.waiting[connection] = clock.monotonic()
        if self._limit.add(address):
            return True
        self._refused.add(connection)
        return False

    @property
    def refuses_many(self) -> bool:
        return len(self._refused) > MOST_REFUSED

    def promote(self, connection: Waiting, viewer: Viewer) -> None:
        """The connection is a viewer's stream from now on."""
        self.waiting.pop(connection, None)
        self.audience.add(viewer)

    def remove(self, connection: Waiting, address: str) -> None:
        """The connection ended before it became a stream."""
        self.waiting.pop(connection, None)
        if connection in self._refused:
            self._refused.remove(connection)
        else:
            self._limit.remove(address)

    def leave(self, viewer: Viewer) -> None:
        """The viewer's stream ended."""
        self.audience.discard(viewer)
        self._limit.remove(viewer.address)

    def close_late(self) -> None:
        """Close connections whose request is not complete in time."""
        late = clock.monotonic() - self.config.header_timeout
        for connection, since in list(self.waiting.items()):
            if since > late:
                return
            connection.give_up()
