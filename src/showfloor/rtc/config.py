"""The settings of the WHIP process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RtcConfig:
    """Where media arrives, where it goes, and the limits."""

    publish_url: str
    """`streaming`'s address for publishers, ws://127.0.0.1:8081/publish."""
    host: str = "127.0.0.1"
    """The address on which SRTP arrives; 0.0.0.0: every address of this machine."""
    public_address: str = ""
    """What cameras reach instead of `host`, where the machine is behind an address translation."""
    ports: range | None = None
    """UDP ports for SRTP, one a publisher; None: whatever the system gives."""
    max_sessions: int = 64
    max_sessions_per_network: int = 16
    """Of one IPv4 address or IPv6 /64."""
    offers_per_minute: int = 120
    """Of one network, refused ones included."""
    connect_seconds: float = 10.0
    """A publisher from whom no media has arrived by then is closed."""
    idle_seconds: float = 8.0
    """A publisher who sent no packet for so long is gone."""
