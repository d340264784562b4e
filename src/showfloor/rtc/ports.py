"""An event loop whose UDP sockets have ports that a firewall can be told."""

from __future__ import annotations

import contextlib
import errno
import random
from typing import Any

import uvloop


class MediaLoop(uvloop.Loop):
    """aioice takes any free port and offers no choice."""

    media_ports: range | None = None

    async def create_datagram_endpoint(  # type: ignore[override]  # uvloop declares no types here
        self, protocol_factory: Any, local_addr: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """Raises OSError when all ports are in use."""
        open_one = super().create_datagram_endpoint
        if self.media_ports is None or local_addr is None or local_addr[1] != 0:
            return await open_one(protocol_factory, local_addr=local_addr, **more)
        for port in random.sample(self.media_ports, len(self.media_ports)):
            # uvloop's error has no number, so whatever is wrong, the next one is tried.
            with contextlib.suppress(OSError):
                return await open_one(protocol_factory, local_addr=(local_addr[0], port), **more)
        raise OSError(errno.EADDRINUSE, "all ports for media are in use")


def media_loop(ports: range | None) -> MediaLoop:
    loop = MediaLoop()
    loop.media_ports = ports
    return loop
