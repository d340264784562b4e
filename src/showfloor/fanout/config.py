"""The settings of the room server; `app/cli.py` fills them in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FanoutConfig:
    """Times in seconds, sizes in bytes."""

    database_url: str
    """libpq URL, best with the role `queries.ROLE`."""
    host: str = "127.0.0.1"
    port: int = 8002
    """0 takes a free one; `Server.port` tells which."""

    most_connections: int = 20_000
    most_per_network: int = 2_000
    """Connections from one IPv4 address or IPv6 /64. Generous, because a whole office or mobile
    network may share one.
    """
    proxies: str = "127.0.0.1"
    """Addresses and networks, with commas between, that `most_per_network` does not hold for."""
    header_timeout: float = 10.0
    header_bytes: int = 8_192
    join_patience: float = 10.0
    """How long a viewer of a room that is not in memory waits for a database that is away, before
    503.
    """

    heartbeat_every: float = 15.0
    high_water: int = 65_536
    """Unsent bytes of one viewer. Above this nothing more is written to it until it has drained."""
    socket_buffer: int = 65_536
    """SO_SNDBUF of each connection; Linux doubles it. Kept small, because bytes in it are old
    before a slow viewer reads them.
    """
    stall_timeout: float = 60.0
    """A viewer whose buffer stays full that long is closed."""

    log_events: int = 5_000
    log_bytes: int = 8 * 1024 * 1024
    """Both bound a room's newest events in memory. A viewer can resume that far back, and a slow
    viewer that falls further behind is closed.
    """

    look_every: float = 0.1
    stock_every: float = 0.15
    state_every: float = 0.1
    linger: float = 30.0
    """How long a room without viewers stays in memory."""
    database_timeout: float = 5.0
    database_retry: float = 0.25
