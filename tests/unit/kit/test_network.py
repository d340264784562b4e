"""What limits count by, and how many files a process may open."""

from __future__ import annotations

import subprocess
import sys

import pytest

from showfloor.kit.network import Proxies, client_network


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
