"""A show with coupons: its team, the seller, and people who claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2

from showfloor.app import verify
from showfloor.kit import ids
from showfloor.viewers import service as viewers
from tests.integration.offers.conftest import DropBuyer, Hall

TERMS: dict[str, Any] = {
    "name": {"en": "Slow morning", "ar": "صباح هادئ"},
    "kind": "amount",
    "value": 400,
    "quota": 6,
    "valid_s": 86_400,
}


async def plan(hall: Hall, who: dict[str, str] | None = None, **terms: Any) -> httpx2.Response:
    merchant = ids.encode("mer", hall.floor.products[0].merchant_id)
    body = {"merchant_id": merchant, **TERMS, **terms}
    return await hall.ask("POST", f"/shows/{hall.show}/coupons", who or hall.host, json=body)


async def open_coupon(hall: Hall, *, floor: int = 0, **terms: Any) -> str:
    """One that can be claimed: its id."""
    planned = await plan(hall, **terms)
    assert planned.status_code == 201, planned.text
    coupon: str = planned.json()["id"]
    agreed = await hall.ask("POST", f"/coupons/{coupon}/agree", hall.seller, json={"floor": floor})
    assert agreed.status_code == 200, agreed.text
    opened = await hall.ask("POST", f"/coupons/{coupon}/open", hall.host)
    assert opened.status_code == 200, opened.text
    return coupon


async def counts(hall: Hall) -> list[tuple[str, int, int, int]]:
    """Of each coupon of the show: its state, how many are claimed, used, and left."""
    answer = await hall.ask("GET", f"/shows/{hall.show}/coupons", hall.host)
    return [
        (each["state"], each["claimed"], each["used"], each["left"])
        for each in answer.json()["coupons"]
    ]


async def agrees(hall: Hall) -> list[str]:
    """What `showfloor verify` finds."""
    return list(map(str, await verify.broken(hall.database, hall.app.state.checkout.providers)))


@dataclass
class Claimer:
    """One browser, which knows itself by a key."""

    buyer: DropBuyer
    key: str = field(default_factory=ids.secret)
    tokens: list[str] = field(default_factory=list)

    async def claim(self, coupon: str) -> httpx2.Response:
        answer = await self.buyer.ask("POST", f"/coupons/{coupon}/claims", key=self.key)
        if answer.status_code == 201:
            self.tokens = sorted({*self.tokens, answer.json()["token"]})
        return answer

    async def quote(self) -> dict[str, Any]:
        query = "".join(f"&coupon={each}" for each in self.tokens)
        path = f"/holds/{self.buyer.hold['id']}/quote?country=GB{query}"
        answer = await self.buyer.ask("GET", path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def details(self, **more: Any) -> httpx2.Response:
        return await self.buyer.give_details(coupons=self.tokens, **more)

    async def buy(self, *lines: tuple[str, int], email: str | None = None) -> httpx2.Response:
        assert (await self.buyer.reserve(*lines)).status_code == 201
        given = await self.details(**({"email": email} if email else {}))
        assert given.status_code == 201, given.text
        return await self.buyer.pay()


async def claimer(hall: Hall, address: str | None = None) -> Claimer:
    return Claimer(await hall.buyer(address))


async def viewer_token(hall: Hall, email: str) -> str:
    who = {"email": email, "adult": True}
    asked = await hall.client.post("/api/v1/viewer/sign-ins", json=who)
    async with hall.database.session() as session:
        letter = await viewers.find_letter(
            session,
            secret=hall.app.state.settings.secret,
            sign_in_id=ids.parse("sin", asked.json()["id"]),
        )
    assert letter is not None
    way = {"link": letter.link, "as_token": True}
    entered = await hall.client.post("/api/v1/viewer/session", json=way)
    return str(entered.json()["token"])
