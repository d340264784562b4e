"""`kill -9` of any one process while people watch and buy: it comes back by itself, viewers resume,
no order is lost.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import IN_TURN, Installation, until
from tests.journeys.test_buy import VIDEO, position, watch
from tests.waiting import until_blocking

pytestmark = [IN_TURN]


def process_of(demo: Installation, name: str) -> int:
    """The child of this demo's supervisor that runs `showfloor <name>`, or its PostgreSQL."""
    if name == "postgres":
        return int(
            (demo.data / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0]
        )
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            continue
        if parent == demo.supervisor.pid and name.encode() in command:
            return int(stat.parent.name)
    raise AssertionError(f"{name} does not run")


def buy(demo: Installation, sku: str) -> dict[str, Any]:
    """A whole purchase over the API, each step tried again with its own key until it is
    answered.
    """
    keys = [secrets.token_hex(16) for _ in range(3)]

    def insist(call: Callable[[httpx2.Client], httpx2.Response]) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        def is_answered() -> bool:
            with contextlib.suppress(httpx2.HTTPError), demo.api() as api:
                answer = call(api)
                if answer.status_code < 500:
                    assert answer.is_success, answer.text
                    found.append(answer.json())
            return bool(found)

        until_blocking(is_answered)
        return found[0]

    show = demo.facts["show_id"]
    lines = {"lines": [{"sku": sku, "quantity": 1}]}
    hold = insist(
        lambda api: api.post(
            f"/shows/{show}/holds", json=lines, headers={"Idempotency-Key": keys[0]}
        )
    )
    guest = {"Authorization": f"Bearer {hold['token']}"}
    address = {
        "name": "Sofia",
        "line1": "48 Alder",
        "city": "Bristol",
        "postal_code": "BS1 4DJ",
        "country": "GB",
    }
    details = {
        "hold_id": hold["id"],
        "adult": True,
        "email": "fault@example.com",
        "address": address,
    }
    checkout = insist(
        lambda api: api.post(
            "/checkouts", json=details, headers={**guest, "Idempotency-Key": keys[1]}
        )
    )
    payment = {
        "payment_method": {"type": "test", "number": "4242424242424242"},
        "expected_total": hold["total"],
    }
    paid = insist(
        lambda api: api.post(
            f"/checkouts/{checkout['id']}/pay",
            json=payment,
            headers={**guest, "Idempotency-Key": keys[2]},
        )
    )
    while paid["status"] == "pending":
        paid = insist(lambda api: api.get(f"/checkouts/{checkout['id']}", headers=guest))
    return paid


def order_ids(demo: Installation) -> set[str]:
    found: set[str] = set()
    cursor = ""
    with demo.api("merchant") as api:
        while True:
            page = api.get(f"/orders?limit=100{cursor}").json()
            found |= {order["id"] for order in page["items"]}
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"


@pytest.mark.parametrize("name", ["web", "streaming", "fanout", "worker", "postgres"])
def test_killed_process_comes_back_and_nothing_is_lost(
    demo: Installation, page: Page, name: str
) -> None:
    watch(page, f"{demo.show_page}?lang=en")
    before = order_ids(demo)
    first = buy(
        demo,
        "LW-BOWLS-EARTH" if "LW-BOWLS-EARTH" in demo.facts["skus"] else demo.facts["skus"][0],
    )
    victim = process_of(demo, name)

    os.kill(victim, signal.SIGKILL)
    second = buy(demo, demo.facts["skus"][0])

    def is_back() -> bool:
        with contextlib.suppress(AssertionError, FileNotFoundError, ValueError):
            return process_of(demo, name) != victim
        return False

    until_blocking(is_back, otherwise=lambda: f"{name} did not come back")
    sold = {order["id"] for paid in (first, second) for order in paid["orders"]}
    assert order_ids(demo) == before | sold and len(sold) == 2
    seen_at = position(page)
    until(page, f"{VIDEO}.currentTime > {seen_at} + 1")
    until(
        page,
        "!document.querySelector('.stage__state') || "
        "document.querySelector('.stage__state').hidden",
    )
