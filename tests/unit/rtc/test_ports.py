"""Sockets for media have the ports that a firewall was told."""

from __future__ import annotations

import asyncio
import errno

import pytest

from showfloor.rtc.ports import MediaLoop, media_loop
from tests.ports import free_ports


def run(loop: MediaLoop, count: int, port: int = 0) -> list[int]:
    async def open_all() -> list[int]:
        ports = []
        for _ in range(count):
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=("127.0.0.1", port)
            )
            ports.append(transport.get_extra_info("sockname")[1])
        return ports

    try:
        return loop.run_until_complete(open_all())
    finally:
        loop.close()


def test_ports_are_taken_from_the_range() -> None:
    first = free_ports(3)

    assert sorted(run(media_loop(range(first, first + 3)), 3)) == [first, first + 1, first + 2]


def test_range_in_use_is_an_error() -> None:
    first = free_ports(1)

    with pytest.raises(OSError) as problem:
        run(media_loop(range(first, first + 1)), 2)
    assert problem.value.errno == errno.EADDRINUSE


def test_without_a_range_the_system_chooses() -> None:
    assert len({*run(media_loop(None), 3)}) == 3


def test_chosen_port_stays_chosen() -> None:
    first = free_ports(2)

    assert run(media_loop(range(first, first + 1)), 1, first + 1) == [first + 1]
