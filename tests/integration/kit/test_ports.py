"""Two workers of a run never give one port to two servers."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import bind_all, free_ports

ROOT = Path(__file__).parents[3]
TAKER = "from tests.ports import free_ports; print(free_ports(2), flush=True); input()"


def test_no_port_is_given_twice() -> None:
    given = [free_ports(8) for _ in range(3)]

    assert len({port for first in given for port in range(first, first + 8)}) == 24


def test_ports_of_another_process_are_its_own_until_it_ends() -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", TAKER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin is not None and other.stdout is not None
    its = int(other.stdout.readline())

    ours = [free_ports(2) for _ in range(4)]
    other.communicate("\n")

    assert its not in ours


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_port_in_use_is_not_free(kind: socket.SocketKind) -> None:
    with socket.socket(type=kind) as used:
        used.bind(("127.0.0.1", 0))
        port = used.getsockname()[1]

        with pytest.raises(OSError) as refusal:
            bind_all(range(port, port + 1))

    assert refusal.value.errno == errno.EADDRINUSE
