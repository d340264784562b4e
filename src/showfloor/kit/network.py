"""Who is on the other end of a connection, as far as limits need to know: one household or office.
And how many connections the process can hold.
"""

from __future__ import annotations

import ipaddress
import logging
import resource
import ssl
from functools import cache, lru_cache

from showfloor.kit import clock

log = logging.getLogger("showfloor.kit.network")

_LOG_EVERY_SECONDS = 60.0


@lru_cache(maxsize=4096)
def client_network(address: str) -> str:
    """What limits count by: an IPv4 address, or the /64 of an IPv6 address.

    One IPv6 customer has at least a /64 and may use every address of it (RFC 6177 §2), so single
    addresses would be no limit. An IPv4 address written as IPv6 (RFC 4291 §2.5.5.2) is the IPv4
    address. What is no address (a Unix socket) is returned unchanged.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class Proxies:
    """The proxies that the operator names: addresses and networks, with commas between.

    Their connections carry many clients, so a limit per address does not hold for them.
    """

    def __init__(self, names: str) -> None:
        """Raises ValueError for what is neither an address nor a network."""
        entries = [entry.strip() for entry in names.split(",") if entry.strip()]
        self._networks = [ipaddress.ip_network(entry, strict=False) for entry in entries]

    def __contains__(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
            return any(parsed.ipv4_mapped in network for network in self._networks)
        return any(parsed in network for network in self._networks)


@cache
def tls_context() -> ssl.SSLContext:
    """How this process checks the certificates of servers that it calls.

    Reading the system's authorities takes some 50 ms of a core, so every client shares them.
    """
    return ssl.create_default_context()


def raise_open_file_limit() -> int:
    """Allow this process as many open files as the system lets it have; returns how many.

    Every connection is an open file. Shells and systemd give a soft limit of 1,024 (256 on some
    systems), which a single busy show exceeds.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError) as problem:
        log.warning("the limit of open files stays at %d: %s", soft, problem)
        return soft
    return hard


def open_files() -> int:
    """How many files this process may open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class ConnectionLimit:
    """How many connections a server keeps open, in all and from one client network.

    The limit for one network does not hold for the operator's proxies. A limit that is reached is
    one log line a minute, without addresses of people.
    """

    def __init__(self, server: str, *, most: int, most_per_network: int, proxies: Proxies) -> None:
        self._server = server
        self._most = most
        self._most_per_network = most_per_network
        self._proxies = proxies
        self._open = 0
        self._by_network: dict[str, int] = {}
        self._silent_until = 0.0

    @property
    def open(self) -> int:
        return self._open

    def add(self, address: str) -> bool:
        """Count a new connection; False when it must be refused, and then it is not counted."""
        network = client_network(address)
        count = self._by_network.get(network, 0)
        if self._open >= self._most:
            self._log("connections=%d limit=%d", self._open, self._most)
            return False
        if count >= self._most_per_network and address not in self._proxies:
            self._log("connections of one network=%d limit=%d", count, self._most_per_network)
            return False
        self._open += 1
        self._by_network[network] = count + 1
        return True

    def remove(self, address: str) -> None:
        """A connection that `add` counted has ended."""
        network = client_network(address)
        self._open -= 1
        left = self._by_network[network] - 1
        if left:
            self._by_network[network] = left
        else:
            del self._by_network[network]

    def _log(self, what: str, *values: int) -> None:
        now = clock.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + _LOG_EVERY_SECONDS
            log.warning(f"{self._server} refuses connections, {what}", *values)
