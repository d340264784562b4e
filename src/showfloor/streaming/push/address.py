"""Where a destination is. A host types the address, so kit.addresses says whether this machine may
connect there.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from showfloor.kit import addresses
from showfloor.kit.addresses import AddressForbidden, IpNetwork, NameUnknown
from showfloor.streaming.push.errors import PushFailed

_PORTS = {"rtmp": 1935, "rtmps": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """An RTMP address in its parts. `app` is everything behind the host."""

    scheme: str
    host: str
    port: int
    app: str

    @property
    def secure(self) -> bool:
        return self.scheme == "rtmps"

    @property
    def url(self) -> str:
        """`tcUrl` of the `connect` command."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}/{self.app}"


def read_target(url: str) -> Target:
    """Raises PushFailed (`address_invalid`)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise PushFailed("address_invalid") from None
    app = parts.path.strip("/")
    if parts.scheme not in _PORTS or not parts.hostname or not app:
        raise PushFailed("address_invalid")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], app + query)


async def find_addresses(target: Target, allowed: tuple[IpNetwork, ...]) -> list[str]:
    """As `kit.addresses.find_addresses`; raises PushFailed (`unreachable`, `address_forbidden`)."""
    try:
        return await addresses.find_addresses(target.host, target.port, allowed)
    except NameUnknown:
        raise PushFailed("unreachable") from None
    except AddressForbidden:
        raise PushFailed("address_forbidden") from None
