"""Refunds with Stripe: once each, whatever gets lost, and never done when the bank refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from showfloor.checkout import service
from showfloor.kit import clock, ids
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.desk import Desk, as_merchant
from tests.integration.checkout.shop import Seller, scalar
from tests.integration.checkout.stripe_shop import SALT, StripeShop


@pytest.fixture
async def desk(stripe: StripeShop, seller: Seller, buyer: Buyer) -> Desk:
    """Three pieces, paid with Stripe."""
    await buyer.up_to_details(("SALT", 3))
    paid = (await stripe.pay(buyer)).json()
    as_merchant(stripe.counter, seller)
    return Desk(stripe.counter, paid["orders"][0]["id"])


async def worker_looks(stripe: StripeShop, seconds: float = 60) -> None:
    now, shop = clock.now(), stripe.counter
    with clock.use(lambda: now + timedelta(seconds=seconds)):
        await service.settle_open_refunds(shop.database, shop.app.state.checkout.providers)


async def test_pieces_a_sum_and_the_rest_go_back_by_stripes_books(
    stripe: StripeShop, desk: Desk
) -> None:
    await desk.refund(("SALT", 1, 1))
    await desk.refund(amount=50)
    too_much = await desk.refund(amount=3 * SALT)
    order = (await desk.post("cancel")).json()

    assert too_much.json()["code"] == "refund_too_large"
    assert await stripe.moved() == (3 * SALT, 3 * SALT)
    assert [each["amount"] for each in stripe.books.refunds.values()] == [
        SALT,
        50,
        2 * SALT - 50,
    ]
    assert (order["fulfilment"], order["left"]["amount"]) == ("cancelled", 0)


async def test_lost_answer_of_stripe_gives_back_once(stripe: StripeShop, desk: Desk) -> None:
    """Also when the worker asks a day later, under a key that they have forgotten."""
    stripe.world.server.lost += ["POST /v1/refunds"] * 2
    promised = (await desk.refund(("SALT", 1, 0))).json()
    stripe.world.server.kept.clear()
    await worker_looks(stripe, 25 * 3600)
    await worker_looks(stripe, 26 * 3600)

    assert promised["refunds"][0]["state"] == "promised"
    assert (await desk.look())["refunds"][0]["state"] == "done"
    assert await stripe.moved() == (3 * SALT, SALT)


async def test_same_request_twice_at_once_gives_back_once(stripe: StripeShop, desk: Desk) -> None:
    key = ids.secret()
    answers = await asyncio.gather(*(desk.refund(("SALT", 1, 1), key=key) for _ in range(3)))
    await worker_looks(stripe)

    assert {answer.status_code for answer in answers} == {200}
    assert [each["state"] for each in (await desk.look())["refunds"]] == ["done"]
    assert await stripe.moved() == (3 * SALT, SALT)


@pytest.mark.parametrize("end", ["failed", "canceled"])
async def test_refund_that_the_bank_turns_down_later_is_refused_and_can_be_made_again(
    stripe: StripeShop, desk: Desk, end: str
) -> None:
    """Their answer to the first request, kept under its key, still says that it is pending."""
    stripe.books.refunds_are = "pending"
    pending = (await desk.refund(("SALT", 1, 1))).json()
    (made,) = stripe.books.refunds
    stripe.books.end_refund(made, end)
    await worker_looks(stripe)
    refused: Any = await desk.look()
    stripe.books.refunds_are = "succeeded"
    again = (await desk.refund(("SALT", 1, 1))).json()

    assert pending["refunds"][0]["state"] == "promised"
    assert (refused["refunds"][0]["state"], refused["left"]["amount"]) == ("refused", 3 * SALT)
    assert [each["state"] for each in again["refunds"]] == ["refused", "done"]
    assert await stripe.moved() == (3 * SALT, SALT)
    told = "select count(*) from outbox_event where kind = 'orders.refunded.v1'"
    assert await scalar(stripe.counter.database, told) == 1
