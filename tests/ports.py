"""Ports for servers that a test starts as processes of their own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

_FIRST, _LAST, _BLOCK = 20_000, 32_767, 8
"""Below the ports which Linux gives to outgoing connections (ip_local_port_range: 32768-60999), so
that no connection of another test sits on one.
"""
_lent: list[IO[bytes]] = []
"""Their locks last as long as this process."""


def free_ports(count: int) -> int:
    """The first of `count` ports (8 at most) in a row, free for TCP and UDP on 127.0.0.1.

    They belong to this process until it ends, for no port that was only looked at and let go is
    safe: the worker beside this one finds the same, and its server answers for ours.

    Raises:
        RuntimeError: all are in use.
    """
    assert 0 < count <= _BLOCK
    folder = Path(tempfile.gettempdir()) / f"showfloor-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for first in range(_FIRST, _LAST - _BLOCK + 2, _BLOCK):
        lock = (folder / str(first)).open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            bind_all(range(first, first + count))
        except OSError:
            lock.close()
            continue
        _lent.append(lock)
        return first
    raise RuntimeError("no free ports")


def bind_all(ports: range) -> None:
    """Raises OSError if one of them is in use."""
    with contextlib.ExitStack() as stack:
        for port in ports:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                stack.enter_context(socket.socket(type=kind)).bind(("127.0.0.1", port))
