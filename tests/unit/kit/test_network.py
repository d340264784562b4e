"""What limits count by, and how many files a process may open."""

from __future__ import annotations

import subprocess
import sys

import pytest

from showfloor.kit.network import ConnectionLimit, Proxies, client_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_client_network_is_one_household(address: str, network: str) -> None:
    assert client_network(address) == network


def test_proxies_are_addresses_and_networks() -> None:
    proxies = Proxies("127.0.0.1, 10.0.0.0/8,2001:db8::/32")

    assert "127.0.0.1" in proxies and "::ffff:10.1.2.3" in proxies and "2001:db8::7" in proxies
    assert "192.0.2.1" not in proxies and "" not in proxies and "fe80::1" not in proxies


def test_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError):
        Proxies("nginx")


def test_open_file_limit_is_raised_to_what_the_system_allows() -> None:
    script = (
        "import resource as r; hard = r.getrlimit(r.RLIMIT_NOFILE)[1];"
        "r.setrlimit(r.RLIMIT_NOFILE, (64, hard));"
        "from showfloor.kit.network import raise_open_file_limit;"
        "print(raise_open_file_limit() == hard == r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout == "True\n"


def limit(most: int, most_per_network: int) -> ConnectionLimit:
    proxies = Proxies("127.0.0.1")
    return ConnectionLimit("test", most=most, most_per_network=most_per_network, proxies=proxies)


def test_one_network_cannot_use_every_place() -> None:
    places = limit(10, 2)

    assert places.add("2001:db8::1") and places.add("2001:db8::2")
    assert not places.add("2001:db8::3")
    assert places.add("192.0.2.1")
    assert places.open == 3


def test_connections_of_a_proxy_count_only_together() -> None:
    places = limit(3, 1)

    assert [places.add("127.0.0.1") for _ in range(4)] == [True, True, True, False]


def test_an_ended_connection_gives_its_place_back() -> None:
    places = limit(1, 1)
    assert places.add("192.0.2.1") and not places.add("192.0.2.1")

    places.remove("192.0.2.1")

    assert places.open == 0 and places.add("192.0.2.1")


def test_a_reached_limit_is_logged_once_without_addresses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    places = limit(5, 1)
    for _ in range(5):
        places.add("192.0.2.1")

    assert len(caplog.records) == 1
    assert "test refuses connections" in caplog.text and "192.0.2.1" not in caplog.text
