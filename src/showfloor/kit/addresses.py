"""Which machines this one may connect to when somebody else types the address.

Without a check it could be that of a database or of a cloud's metadata service, which only this
machine can reach (server-side request forgery).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ANY_IPV6 = ipaddress.ip_network("::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is routed on the internet (RFC 4291 §2.4, IANA): what lies outside is somebody's
own, or leads to an IPv4 address in a way that `_inner` does not know.
"""
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
"""RFC 9637, of which `ipaddress` hears in Python 3.13."""
EVERYWHERE = "0.0.0.0/0, ::/0"
"""For `read_networks`: demo and test connect to this machine."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class NameUnknown(Exception):
    """No name server knows the host."""


class AddressForbidden(Exception):
    """The host is not on the public internet."""


def read_networks(names: str) -> tuple[IpNetwork, ...]:
    """Addresses and networks with commas between; raises ValueError."""
    entries = [entry.strip() for entry in names.split(",") if entry.strip()]
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in entries)


async def find_addresses(host: str, port: int, allowed: tuple[IpNetwork, ...]) -> list[str]:
    """The addresses to connect to, in the resolver's order. The connection is made to exactly
    these, so that a name cannot mean another machine a moment later.

    Raises NameUnknown, AddressForbidden.
    """
    found = [ipaddress.ip_address(text) for text in await _resolve(host, port)]
    if not found:
        raise NameUnknown
    usable = [address for address in found if may_connect(address, allowed)]
    if not usable:
        raise AddressForbidden
    return [str(address) for address in usable]


def may_connect(address: IpAddress, allowed: tuple[IpNetwork, ...]) -> bool:
    """Public addresses, and what the operator names; an IPv4 address inside an IPv6 address counts
    as what it is.
    """
    inner = _inner(address)
    if any(each in network for network in allowed for each in (address, inner)):
        return True
    if isinstance(inner, ipaddress.IPv6Address):
        return address.is_global and inner in _GLOBAL_UNICAST and inner not in _DOCUMENTATION
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
    """In a thread of its own: a name server that does not answer occupies no thread that others
    wait for, and does not hold up the end of the process.
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
