"""The open connections of publishers, by RTMP or by WebSocket, and of strangers, who have proved
nothing.

The ports are open to the world, so strangers may be as many as somebody likes. They never take a
place of a publisher, nor a place of strangers from other networks.
"""

from __future__ import annotations

import logging
from typing import Protocol

from showfloor.kit import clock
from showfloor.kit.network import client_network

log = logging.getLogger("showfloor.streaming.pool")

_LOG_EVERY_SECONDS = 60.0


class Session(Protocol):
    """A connection that publishes or may come to."""

    def abort(self) -> None:
        """Close at once."""
        ...

    def check(self) -> None:
        """Look at the clock; called once a second."""
        ...


class ConnectionPool:
    """Who is connected. A full pool of strangers closes its oldest one, of the network with most.

    A camera needs a few round trips until it is admitted. A flood from one network closes only
    connections of that flood; a flood from as many networks as the pool has places would be needed
    to close a camera's.
    """

    def __init__(
        self, *, most_publishers: int, most_strangers: int, most_strangers_per_network: int
    ) -> None:
        self._most_publishers = most_publishers
        self._most_strangers = most_strangers
        self._most_per_network = most_strangers_per_network
        self._strangers: dict[Session, str] = {}
        self._by_network: dict[str, dict[Session, None]] = {}
        self._publishers: set[Session] = set()
        self._silent_until = 0.0

    def check(self) -> None:
        """Once a second: have every connection look at the clock.

        A timer for each would wake the process as often as there are connections.
        """
        for session in [*self._strangers, *self._publishers]:
            session.check()

    def __len__(self) -> int:
        return len(self._strangers) + len(self._publishers)

    def add(self, session: Session, address: str) -> None:
        """A new connection; closes a stranger when there are too many."""
        network = client_network(address)
        if len(self._by_network.get(network, ())) >= self._most_per_network:
            self._evict(network)
        elif len(self._strangers) >= self._most_strangers:
            self._evict(max(self._by_network, key=lambda name: len(self._by_network[name])))
        self._strangers[session] = network
        self._by_network.setdefault(network, {})[session] = None

    def admit(self, session: Session) -> bool:
        """The session has a valid stream key; False when all publishers' places are in use.

        A publisher who stopped and publishes again still has its place.
        """
        if session in self._publishers:
            return True
        if len(self._publishers) >= self._most_publishers:
            return False
        self._remove_stranger(session)
        self._publishers.add(session)
        return True

    def remove(self, session: Session) -> None:
        """The connection has ended; one that is not in the pool is ignored."""
        self._publishers.discard(session)
        if session in self._strangers:
            self._remove_stranger(session)

    def _evict(self, network: str) -> None:
        oldest = next(iter(self._by_network[network]))
        self._remove_stranger(oldest)
        now = clock.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + _LOG_EVERY_SECONDS
            log.warning("strangers are closed, too many connections=%d", len(self))
        oldest.abort()

    def _remove_stranger(self, session: Session) -> None:
        network = self._strangers.pop(session)
        sessions = self._by_network[network]
        del sessions[session]
        if not sessions:
            del self._by_network[network]
