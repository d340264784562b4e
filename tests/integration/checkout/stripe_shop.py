"""The shop with Stripe: the application, and the strict double of Stripe behind HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx2

from showfloor.checkout import service
from showfloor.checkout.deps import CheckoutDeps
from showfloor.kit import clock, ids
from tests.integration.checkout.counter import SECRET, Buyer, Counter
from tests.integration.checkout.shop import scalar
from tests.integration.provider_conformance.stripe_double import Json, StripeDouble
from tests.integration.provider_conformance.stripe_server import signed
from tests.integration.provider_conformance.worlds import (
    Pays,
    StripeOnDouble,
    stripe_on_double,
)

SALT = 2200
"""What it costs, in pence."""


@dataclass
class StripeShop:
    counter: Counter
    world: StripeOnDouble

    @property
    def books(self) -> StripeDouble:
        return self.world.server.books

    async def method(self, pays: Pays = Pays.OK) -> Json:
        token = await self.world.method(pays)
        return {"type": "stripe", "confirmation_token": token.confirmation_token}

    async def pay(
        self, buyer: Buyer, pays: Pays = Pays.OK, key: str | None = None
    ) -> httpx2.Response:
        return await buyer.pay(payment_method=await self.method(pays), key=key)

    async def hear(self, event: Json) -> httpx2.Response:
        """One webhook, as Stripe sends it."""
        call = signed(event)
        return await self.counter.client.post(
            "/payments/stripe/callback", content=call["body"], headers=call["headers"]
        )

    async def worker_looks(self, seconds: float = 20, *, at_once: int = 1) -> None:
        now = clock.now()
        with clock.use(lambda: now + timedelta(seconds=seconds)):
            await asyncio.gather(
                *(
                    service.settle_open_payments(
                        self.counter.database, self.counter.app.state.checkout.providers
                    )
                    for _ in range(at_once)
                )
            )

    async def moved(self) -> tuple[int, int]:
        """Minor units taken and given back in all, by Stripe's books."""
        charges = self.books.charges.values()
        return (
            sum(each["amount_captured"] for each in charges),
            sum(each["amount_refunded"] for each in charges),
        )

    async def state(self) -> object:
        """Of the newest payment."""
        return await scalar(
            self.counter.database, "select state from payment order by id desc limit 1"
        )

    async def orders(self) -> object:
        return await scalar(self.counter.database, "select count(*) from orders")


@asynccontextmanager
async def with_stripe(shop: Counter) -> AsyncIterator[StripeShop]:
    async with stripe_on_double(shop.books) as world:
        assert isinstance(world, StripeOnDouble)
        shop.app.state.checkout = CheckoutDeps(
            shop.database,
            secret=SECRET,
            hold_seconds=300,
            providers={"test": shop.provider, "stripe": world.provider},
        )
        yield StripeShop(shop, world)
        await world.provider.close()


def hold_id(buyer: Buyer) -> UUID:
    return ids.parse("hold", buyer.hold["id"])
