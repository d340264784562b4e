"""Six invented children knock at every door over HTTP, then an adult does.

The children have to be refused, and nothing of them may stand anywhere afterwards. The adult has to
be let in and found: a search that finds nothing proves little before it has found something.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx2

from showfloor.app.failures import CommandFailed
from showfloor.identity.types import CollectionPoint
from showfloor.kit import ids
from showfloor.markets.service import get_market

AGES = (4, 8, 11, 12, 14, 17)
"""Years of the six. Who is 14 or 17 may not buy or host either."""
API = "/api/v1"
POSTAL_CODES = {"GB": "N1 9GU", "IE": "D02 X285", "EG": "11511", "SA": "11564"}


@dataclass(frozen=True)
class Invented:
    """Somebody who never lived, in words that stand nowhere by chance."""

    born: date
    country: str
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def canaries(self) -> list[str]:
        """What is searched for afterwards."""
        born = self.born
        wire = {"day": born.day, "month": born.month, "year": born.year}
        return [
            f"kid.{self.mark}@example.com",
            f"Canary {self.mark}",
            f"{self.mark} Street",
            json.dumps(wire),
            json.dumps(wire, separators=(",", ":")),
        ]

    @property
    def answer(self) -> dict[str, Any]:
        born = self.born
        return {"born": {"day": born.day, "month": born.month, "year": born.year}}

    @property
    def details(self) -> dict[str, Any]:
        return {
            "email": f"kid.{self.mark}@example.com",
            "address": {
                "name": f"Canary {self.mark}",
                "line1": f"{self.mark} Street",
                "city": "Canary",
                "country": self.country,
                "postal_code": POSTAL_CODES.get(self.country, "00000"),
            },
        }


@dataclass(frozen=True)
class Played:
    """Who knocked: the canaries of the children, those of the adult, and how often a door opened
    that should not have.
    """

    children: list[str]
    adult: list[str]
    knocks: int
    let_in: list[str]


async def play(client: httpx2.AsyncClient, today: date) -> Played:
    """`client` reaches an installation with a live show that has something to sell.

    Raises CommandFailed when there is none, or when the adult is not let in.
    """
    hold, show_id, country = await _hold(client)
    children = [Invented(_born(today, age), country) for age in AGES]
    adult = Invented(_born(today, 40), country)
    knocks, let_in = 0, []
    try:
        for child in children:
            knocking = [
                *((door, path, body, _guest(hold)) for door, path, body in _requests(child, hold)),
                *((door, path, body, {}) for door, path, body in _written(child, show_id)),
            ]
            for door, path, body, headers in knocking:
                answer = await _post(client, path, body, headers)
                knocks += 1
                if answer.status_code != 403:
                    let_in.append(f"{door}: {answer.status_code}")
        answer = await _post(client, "/checkouts", _checkout(adult, hold), _guest(hold))
        if answer.status_code != 201:
            raise CommandFailed(f"an adult is not let in: {answer.status_code} {answer.text}")
    finally:
        await client.delete(f"{API}/holds/{hold['id']}", headers=_guest(hold))
    return Played(
        [text for child in children for text in child.canaries], adult.canaries[:3], knocks, let_in
    )


def _born(today: date, age: int) -> date:
    return date(today.year - age, 1 + secrets.randbelow(today.month), 1)


def _requests(child: Invented, hold: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every door, with the rest of the form filled in and without."""
    for point in CollectionPoint:
        yield (
            f"question for {point}",
            "/admissions",
            {"door": point, "country": _where(point, child), **child.answer},
        )
    yield "guest checkout", "/checkouts", _checkout(child, hold)
    yield "guest checkout, alone", "/checkouts", child.answer
    yield "guest checkout without an answer", "/checkouts", {**child.details, "hold_id": hold["id"]}
    address = {"email": child.details["email"]}
    yield "viewer account", "/viewer/sign-ins", {**address, **child.answer}
    yield "viewer account, alone", "/viewer/sign-ins", child.answer
    yield "viewer account without an answer", "/viewer/sign-ins", address
    link = {"link": child.mark}
    yield "viewer session", "/viewer/session", {**link, **child.answer}
    yield "viewer session, alone", "/viewer/session", child.answer
    who = {**address, "password": child.mark}
    yield "studio sign-in", "/session", {**who, **child.answer}
    yield "studio sign-in, alone", "/session", child.answer
    yield "studio sign-in without an answer", "/session", who
    # The door comes before anybody asks whether the invitation is one.
    new = {"token": "none", "name": f"Canary {child.mark}", "password": f"{child.mark} password"}
    yield "invitation", "/invitations/join", {**new, **child.answer}
    yield "invitation, alone", "/invitations/join", child.answer
    yield "invitation without an answer", "/invitations/join", new


def _written(child: Invented, show_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A guest's first words in the show, which are searched for afterwards."""
    name = {"name": f"Canary {child.mark}"}
    said = {"text": f"{child.mark} Street", **name}
    answer = {"country": child.country, **child.answer}
    # The door comes before anybody asks whether the question is one.
    asked = ids.encode("qst", ids.new())
    for door, path, body in (
        ("message", f"/shows/{show_id}/messages", said),
        ("question", f"/shows/{show_id}/questions", said),
        ("joined question", f"/questions/{asked}/askers", name),
    ):
        yield door, path, {**body, **answer}
        yield f"{door}, alone", path, answer
        yield f"{door} without an answer", path, body


def _where(point: CollectionPoint, child: Invented) -> str | None:
    """Our page for accounts knows no country, and so asks for what all markets allow."""
    return None if point is CollectionPoint.VIEWER_ACCOUNT else child.country


def _checkout(person: Invented, hold: dict[str, Any]) -> dict[str, Any]:
    return {"hold_id": hold["id"], **person.answer, **person.details}


async def _post(
    client: httpx2.AsyncClient, path: str, body: dict[str, Any], headers: dict[str, str]
) -> httpx2.Response:
    """By somebody new: without the cookie of the refusal before."""
    client.cookies.clear()
    return await client.post(f"{API}{path}", json=body, headers=headers)


def _guest(hold: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {hold['token']}", "Idempotency-Key": secrets.token_hex(16)}


async def _hold(client: httpx2.AsyncClient) -> tuple[dict[str, Any], str, str]:
    """One piece of something that a live show sells, the show, and the country it goes to: without
    goods nobody gets to the checkout.
    """
    shows = (await client.get(f"{API}/shows", params={"state": "live"})).json()
    for show in shows.get("items", []):
        for product in show["products"]:
            for variant in product["variants"]:
                wish = {"lines": [{"sku": variant["sku"], "quantity": 1}]}
                answer = await client.post(
                    f"{API}/shows/{show['id']}/holds",
                    json=wish,
                    headers={"Idempotency-Key": secrets.token_hex(16)},
                )
                if answer.status_code == 201:
                    country = get_market(show["market"]).country
                    return answer.json(), show["id"], country
    raise CommandFailed("no show is live that has something to sell: the checkout cannot be tried")
