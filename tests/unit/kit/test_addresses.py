"""Which addresses this machine connects to when somebody else types them."""

from __future__ import annotations

import ipaddress

import pytest

from showfloor.kit.addresses import (
    AddressForbidden,
    NameUnknown,
    find_addresses,
    may_connect,
    read_networks,
)

FORBIDDEN = [
    "127.0.0.1",
    "10.0.0.8",
    "172.16.3.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "fec0::1",
    "64:ff9b:1:a00:1::",
    "::ffff:0:7f00:1",
    "4000::1",
    "5f00::1",
    "fe00::1",
    "3fff::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_inside_a_network_is_refused_however_it_is_written(address: str) -> None:
    assert not may_connect(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["142.250.74.110", "2a00:1450:4001:82b::200e"])
def test_an_address_of_the_internet_is_allowed(address: str) -> None:
    assert may_connect(ipaddress.ip_address(address), ())


def test_the_operator_names_networks_that_are_allowed_and_no_others_open() -> None:
    allowed = read_networks("10.1.0.0/16, fd00::/8")

    assert may_connect(ipaddress.ip_address("10.1.2.3"), allowed)
    assert may_connect(ipaddress.ip_address("::ffff:10.1.2.3"), allowed)
    assert may_connect(ipaddress.ip_address("fd12::1"), allowed)
    assert not may_connect(ipaddress.ip_address("10.2.2.3"), allowed)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "0177.0.0.1", "::1", "0"])
async def test_a_host_that_is_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressForbidden):
        await find_addresses(host, 443, ())


async def test_a_name_that_nobody_knows_is_unknown() -> None:
    with pytest.raises(NameUnknown):
        await find_addresses("no-such-host.invalid", 443, ())
