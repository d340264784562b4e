"""What the room server is told at its start; `app/cli.py` fills it in."""

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
    header_timeout: float = 10.0
    header_bytes: int = 8_192
    join_patience: float = 10.0
    """How long a viewer of a room that is not in memory waits for a database that is away, before
    503.
    """

    heartbeat_every: float = 15.0
    high_water: int = 65_536
    """Unsent bytes of one viewer beyond which nothing more is written to it until it has drained.
    """
    socket_buffer: int = 65_536
    """The kernel's part per viewer (SO_SNDBUF; Linux doubles it): what lies there is stale before a
    slow viewer reads it.
    """
    stall_timeout: float = 60.0
    """A viewer whose buffer stays full that long is closed."""

    log_events: int = 5_000
    log_bytes: int = 8 * 1024 * 1024
    """A room's newest events in memory: how far a viewer may resume, and how far a slow one may
    fall behind before it is closed.
    """

    look_every: float = 0.1
    stock_every: float = 0.15
    state_every: float = 0.1
    linger: float = 30.0
    """How long a room without viewers stays in memory."""
    database_timeout: float = 5.0
    database_retry: float = 0.25
