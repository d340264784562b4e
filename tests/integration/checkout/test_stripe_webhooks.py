"""What Stripe says by itself: doubled, late, of somebody else, forged."""

from __future__ import annotations

import asyncio
import random

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout.adapters import stripe as adapter
from showfloor.kit import ids
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.shop import scalar, stock_now
from tests.integration.checkout.stripe_shop import SALT, StripeShop
from tests.integration.provider_conformance.worlds import Pays

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.mark.parametrize("seed", range(4))
async def test_webhooks_doubled_shuffled_and_days_late_end_where_stripe_ended(
    stripe: StripeShop, product: Product, seed: int
) -> None:
    """Three buyers; every event comes one to three times, in any order, around the buyers' own
    requests.
    """
    chance, buyers = random.Random(seed), [Buyer(stripe.counter) for _ in range(3)]
    for buyer in buyers:
        await buyer.up_to_details(("SALT", 1))
    await stripe.pay(buyers[0])
    await stripe.pay(buyers[1], Pays.DECLINES)
    await stripe.pay(buyers[2], Pays.ASKS)
    asked = next(
        each for each in stripe.books.intents.values() if each["status"] == "requires_action"
    )
    stripe.books.answer_bank(asked["id"], agrees=True)
    events = [each for each in stripe.books.events for _ in range(chance.randint(1, 3))]
    chance.shuffle(events)

    heard = await asyncio.gather(*(stripe.hear(each) for each in events))
    later = [each for each in stripe.books.events for _ in range(2)]
    heard += [await stripe.hear(each) for each in reversed(later)]

    assert {answer.status_code for answer in heard} == {200}
    found = [(await buyer.look()).json()["status"] for buyer in buyers]
    assert found == ["paid", "declined", "paid"]
    assert await stripe.moved() == (2 * SALT, 0)
    assert await stripe.orders() == 2
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 2)


async def test_webhook_of_another_use_of_the_account_is_heard_and_ignored(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    event = stripe.books.events[-1]
    stranger = {**event, "id": "evt_other", "data": {"object": {"object": "payment_intent"}}}
    unknown = {**event, "id": "evt_unknown", "type": "customer.created"}
    nobody = {
        **event,
        "id": "evt_nobody",
        "data": {"object": {"metadata": {"showfloor_payment": ids.encode("pay", ids.new())}}},
    }

    heard = [await stripe.hear(each) for each in (stranger, unknown, nobody)]

    assert [answer.status_code for answer in heard] == [200] * 3
    assert await scalar(stripe.counter.database, "select count(*) from payment_callback") == 0


@guarded
async def test_webhook_that_stripe_did_not_sign_moves_nothing(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Somebody who knows a payment's id says that it is paid. What is said is only a reason to ask
    Stripe, so without the signature strangers make us ask, and still pay nothing.
    """
    if not guard:
        monkeypatch.setattr(adapter.StripeProvider, "_is_signed", lambda *_: True)
    await stripe.pay(ready, Pays.ASKS)
    (intent,) = stripe.books.intents.values()
    before = len(stripe.world.server.asked)
    forged = {
        "id": "evt_forged",
        "type": "payment_intent.succeeded",
        "data": {"object": {**intent, "status": "succeeded"}},
    }

    answer = await stripe.counter.client.post("/payments/stripe/callback", json=forged)

    assert answer.status_code == (401 if guard else 200)
    assert len(stripe.world.server.asked) - before == (0 if guard else 1)
    assert (await stripe.orders(), await stripe.moved()) == (0, (0, 0))
