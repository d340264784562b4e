"""Two demos that start at the same moment do not choose the same ports."""

from __future__ import annotations

import contextlib
import socket

from showfloor.app.demo.run import OFFSETS, choose_ports
from tests.ports import free_ports


def test_ports_are_different_though_nobody_listens_yet() -> None:
    first = free_ports(8)
    with contextlib.ExitStack() as one, contextlib.ExitStack() as other:
        chosen = [choose_ports(first, one), choose_ports(first, other)]

    assert len({port for ports in chosen for port in ports.values()}) == 2 * len(OFFSETS)


def test_ports_are_free_again_when_the_demo_ends() -> None:
    first = free_ports(8)
    with contextlib.ExitStack() as reserved:
        before = choose_ports(first, reserved)
    with contextlib.ExitStack() as reserved:
        assert choose_ports(first, reserved)["port"] == before["port"]


def test_port_that_somebody_listens_on_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, contextlib.ExitStack() as reserved:
        taken = busy.getsockname()[1]

        assert choose_ports(taken, reserved)["port"] != taken
