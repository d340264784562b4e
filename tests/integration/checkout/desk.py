"""The merchant's side of the counter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2

from showfloor.identity.http import get_person
from showfloor.kit import ids
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.shop import Seller


@dataclass
class Desk:
    """One merchant with one order. `headers` say who it is, where somebody asks."""

    shop: Counter
    order_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/orders/{self.order_id}"

    async def post(self, what: str, body: object = None, key: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key or ids.secret(), **self.headers}
        answer = await self.shop.client.post(
            f"{self.path}/{what}", json={} if body is None else body, headers=headers
        )
        if answer.status_code == 200:
            self.order = answer.json()
        return answer

    async def ship(
        self, *lines: tuple[str, int], key: str | None = None, **more: object
    ) -> httpx2.Response:
        """Without lines all that is left."""
        body: dict[str, object] = {"carrier": "Royal Mail", "tracking": "RM 1234 GB", **more}
        if lines:
            body["lines"] = [{"sku": sku, "quantity": count} for sku, count in lines]
        return await self.post("shipments", body, key)

    async def refund(
        self, *lines: tuple[str, int, int], amount: int | None = None, key: str | None = None
    ) -> httpx2.Response:
        """`lines` are (SKU, pieces, to be sold again)."""
        body: dict[str, object] = {
            "lines": [
                {"sku": sku, "quantity": count, "restock": back} for sku, count, back in lines
            ]
        }
        if amount is not None:
            body["amount"] = {"amount": amount, "currency": "GBP"}
        return await self.post("refunds", body, key)

    async def take_back(
        self, *lines: tuple[str, int, int, int], lost: int | None = None, key: str | None = None
    ) -> httpx2.Response:
        """`lines` are (SKU, pieces, damaged, to be sold again)."""
        named = ("sku", "quantity", "damaged", "restock")
        body: dict[str, object] = {"lines": [dict(zip(named, line, strict=True)) for line in lines]}
        if lost is not None:
            body["value_lost"] = {"amount": lost, "currency": "GBP"}
        return await self.post("returns", body, key)

    async def look(self) -> dict[str, Any]:
        self.order = (await self.shop.client.get(self.path, headers=self.headers)).json()
        return self.order


def as_merchant(shop: Counter, seller: Seller) -> None:
    shop.app.dependency_overrides[get_person] = lambda: seller.person


async def sold(shop: Counter, seller: Seller, buyer: Buyer, *lines: tuple[str, int]) -> Desk:
    """Somebody has bought this, and its merchant is at the desk."""
    await buyer.up_to_details(*lines)
    paid = (await buyer.pay()).json()
    as_merchant(shop, seller)
    return Desk(shop, paid["orders"][0]["id"])
