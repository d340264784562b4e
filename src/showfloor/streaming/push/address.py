"""Where a destination is, and whether this machine may connect there.

A host types the address. Without a check it could be that of a database or of a cloud's metadata
service, which only this machine can reach (server-side request forgery).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from showfloor.streaming.push.errors import PushFailed

_PORTS = {"rtmp": 1935, "rtmps": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ANY_IPV6 = ipaddress.ip_network("::/96")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


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


def read_networks(names: str) -> tuple[IpNetwork, ...]:
    """Addresses and networks with commas between; raises ValueError."""
    entries = [entry.strip() for entry in names.split(",") if entry.strip()]
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in entries)


async def find_addresses(target: Target, allowed: tuple[IpNetwork, ...]) -> list[str]:
    """The addresses to connect to, in the resolver's order. The connection is made to exactly
    these, so that a name cannot mean another machine a moment later.

    Raises PushFailed (`unreachable`, `address_forbidden`).
    """
    found = [ipaddress.ip_address(text) for text in await _resolve(target.host, target.port)]
    if not found:
        raise PushFailed("unreachable")
    usable = [address for address in found if may_connect(address, allowed)]
    if not usable:
        raise PushFailed("address_forbidden")
    return [str(address) for address in usable]


def may_connect(address: IpAddress, allowed: tuple[IpNetwork, ...]) -> bool:
    """Public addresses, and what the operator names; an IPv4 address inside an IPv6 address counts
    as what it is.
    """
    inner = _inner(address)
    if any(each in network for network in allowed for each in (address, inner)):
        return True
    return all(each.is_global and not each.is_multicast for each in {address, inner})


def _inner(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address leads to (RFC 4291 §2.5.5, 3056, 4380, 6052), else
    itself.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64 or address in _ANY_IPV6:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address


async def _resolve(host: str, port: int) -> list[str]:
    """In a thread of its own: a name server that does not answer occupies no thread that a
    publisher waits for, and does not hold up the end of the process.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str]) -> None:
        if not answer.done():
            answer.set_result(found)

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            entries = []
        found = [str(entry[4][0]).partition("%")[0] for entry in entries]
        # The loop may have ended meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await answer
