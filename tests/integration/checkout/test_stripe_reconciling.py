"""Stripe's own list of payments, compared with ours every hour."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from showfloor.checkout import rules, service
from showfloor.checkout.adapters import stripe as adapter
from showfloor.kit import clock, ids
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.shop import execute
from tests.integration.checkout.stripe_shop import SALT, StripeShop

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


async def reconciled(stripe: StripeShop) -> list[str]:
    """What the job finds an hour later, when nothing moves any more."""
    providers = {"stripe": stripe.world.provider}
    now = clock.now()
    with clock.use(lambda: now + timedelta(hours=1)):
        found = await service.reconcile(stripe.counter.database, providers)
    return [wrong.value for _, wrong in found]


@guarded
async def test_money_for_a_payment_that_was_given_up_is_found_in_stripe_s_list(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Every answer and every webhook of it was lost, and nothing asks about it any more."""
    if not guard:
        monkeypatch.setattr(rules, "compare", lambda state, word: None)
    await stripe.pay(ready)
    await execute(stripe.counter.database, "update payment set state = 'declined', look_at = null")

    found = await reconciled(stripe)

    assert found == (["given_up"] if guard else [])
    assert await stripe.moved() == ((SALT, SALT) if guard else (SALT, 0))
    assert await reconciled(stripe) == []


async def test_what_differs_otherwise_is_said_and_left_to_a_person(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    assert await reconciled(stripe) == []
    (intent,) = stripe.books.intents.values()
    stripe.books.create_refund({"payment_intent": intent["id"]})
    stranger = {"payment_intent": {"showfloor_payment": ids.encode("pay", ids.new())}}

    assert await reconciled(stripe) == ["given_back_there"]
    intent["metadata"] = stranger["payment_intent"]
    stripe.books.charges[intent["latest_charge"]]["refunded"] = False
    assert await reconciled(stripe) == ["unknown_to_us"]
    assert (await stripe.orders(), await stripe.state()) == (1, "paid")


async def test_time_of_whoever_reads_the_list_is_not_stripe_s(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bound runs between two payments of the list: it would end the reader, not the call."""
    await stripe.pay(ready)
    running: list[float] = []
    bounded = asyncio.timeout

    @asynccontextmanager
    async def watched(seconds: float) -> AsyncIterator[None]:
        running.append(seconds)
        async with bounded(seconds):
            yield
        running.remove(seconds)

    monkeypatch.setattr(adapter.asyncio, "timeout", watched)
    now = clock.now()
    hour = timedelta(hours=1)

    seen = [list(running) async for _ in stripe.world.provider.listed(now - hour, now + hour)]

    assert seen == [[]]


async def test_list_that_does_not_come_stops_nothing(stripe: StripeShop) -> None:
    stripe.world.server.away = True

    assert await reconciled(stripe) == []
