"""A test buyer: a guest who buys one piece through the public API and pays with play money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2

from showfloor.kit import ids
from showfloor.kit.money import Money

CARD = {"type": "test", "number": "4242424242424242"}
EMAIL = "rehearsal@example.com"
"""A name that belongs to nobody (RFC 2606 §3)."""
CITIES = {"GB": ("London", "N1 9GU"), "EG": ("Cairo", "11511")}


@dataclass(frozen=True, slots=True)
class Bought:
    """`paid` when the purchase went through; otherwise the code of the refusal."""

    paid: Money | None
    refused: str = ""


async def buy(client: httpx2.AsyncClient, show: str, sku: str, country: str) -> Bought:
    """One piece of `sku` in the show with this id. `client` reaches the public API, version 1."""
    hold = await _post(client, f"/shows/{show}/holds", {"lines": [{"sku": sku, "quantity": 1}]})
    if isinstance(hold, str):
        return Bought(None, hold)
    token = hold["token"]
    details = {"hold_id": hold["id"], "adult": True, "email": EMAIL, "address": _address(country)}
    checkout = await _post(client, "/checkouts", details, token)
    if isinstance(checkout, str):
        # Who gives up gives back, as a page does that is left.
        await client.delete(f"/holds/{hold['id']}", headers=_headers(token))
        return Bought(None, checkout)
    payment = {"payment_method": CARD, "expected_total": checkout["total"]}
    paid = await _post(client, f"/checkouts/{checkout['id']}/pay", payment, token)
    if isinstance(paid, str):
        return Bought(None, paid)
    if paid["status"] != "paid":
        return Bought(None, f"payment_{paid['status']}")
    return Bought(Money(**checkout["total"]))


def _address(country: str) -> dict[str, str]:
    city, code = CITIES.get(country, ("Rehearsal", "00000"))
    street = {"name": "Test Buyer", "line1": "1 Rehearsal Street"}
    return {**street, "city": city, "postal_code": code, "country": country}


def _headers(token: str | None) -> dict[str, str]:
    signed = {"Authorization": f"Bearer {token}"} if token else {}
    return {"Idempotency-Key": ids.secret(), **signed}


async def _post(
    client: httpx2.AsyncClient, path: str, body: object, token: str | None = None
) -> dict[str, Any] | str:
    """The answer, or the code of a refusal."""
    answer = await client.post(path, json=body, headers=_headers(token))
    found: dict[str, Any] = answer.json()
    return found if answer.is_success else str(found.get("code", answer.status_code))
