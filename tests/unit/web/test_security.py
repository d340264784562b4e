"""The policy of a page that sells holds what its payment providers need, and nothing else."""

from __future__ import annotations

import pytest

from showfloor.shows.types import PublicUrls
from showfloor.web.security import join_sources, page_headers

URLS = PublicUrls(
    base="https://shop.test",
    media="https://media.test",
    rooms="https://rooms.test",
    rtmp="rtmp://shop.test/live",
    whip="https://whip.test/whip",
)
BANK = {
    "script-src": ["https://js.bank.example"],
    "frame-src": ["https://js.bank.example", "https://hooks.bank.example"],
}


def policy(**more: object) -> dict[str, str]:
    text = page_headers(URLS, "en", **more)["Content-Security-Policy"]  # type: ignore[arg-type]  # passed through
    return dict(part.split(" ", 1) for part in text.split("; "))


def test_sources_of_a_provider_stand_beside_our_own() -> None:
    found = policy(provider_sources=join_sources([{}, BANK]))

    assert found["script-src"] == "'self' https://js.bank.example"
    assert found["frame-src"] == "https://js.bank.example https://hooks.bank.example"
    assert found["connect-src"] == policy()["connect-src"]


def test_page_that_sells_nothing_names_no_provider() -> None:
    assert "frame-src" not in policy() and policy()["script-src"] == "'self'"


@pytest.mark.parametrize(
    ("directive", "origin"),
    [
        ("script-src", "'unsafe-inline'"),
        ("script-src", "http://bank.example"),
        ("script-src", "https://bank.example; default-src *"),
        ("default-src", "https://bank.example"),
        ("form-action", "https://bank.example"),
    ],
)
def test_provider_cannot_open_the_policy(directive: str, origin: str) -> None:
    with pytest.raises(ValueError, match="not for a payment provider"):
        join_sources([{directive: [origin]}])


def test_local_server_stands_in_for_a_provider_in_tests_alone() -> None:
    local = {"script-src": ["http://127.0.0.1:8099"]}

    assert join_sources([local], local=True) == local
    for refused in (local, {"script-src": ["http://127.0.0.1.example:80"]}):
        with pytest.raises(ValueError):
            join_sources([refused])
    with pytest.raises(ValueError):
        join_sources([{"script-src": ["http://elsewhere.example"]}], local=True)


def test_page_that_publishes_may_offer_and_end_by_whip() -> None:
    sources = policy(publishes=True)["connect-src"].split()

    # The session's own address lies under the endpoint's.
    assert {"wss://media.test/publish", "https://whip.test/whip", "https://whip.test/whip/"} <= {
        *sources
    }
    assert "whip" not in policy()["connect-src"]
