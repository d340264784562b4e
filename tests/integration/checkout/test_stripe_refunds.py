"""Refunds with Stripe: once each, whatever gets lost, and never done when the bank refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from showfloor.checkout import service
from showfloor.kit import clock, ids, money
from showfloor.kit.money import Money
from showfloor.orders.rules import fulfilment
from showfloor.orders.types import Refund, RefundState
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


TOLD = "select count(*) from outbox_event where kind = 'orders.refund_failed.v1'"


async def given_back_and_failed(stripe: StripeShop, desk: Desk) -> None:
    """A piece that was never sent is paid back, and the bank sends the money back days later."""
    await desk.refund(("SALT", 1, 1))
    (made,) = stripe.books.refunds
    stripe.books.end_refund(made, "failed")


async def told(stripe: StripeShop) -> object:
    return await scalar(stripe.counter.database, TOLD)


async def test_refund_that_fails_after_it_succeeded_is_owed_again_however_often_it_is_said(
    stripe: StripeShop, desk: Desk
) -> None:
    await given_back_and_failed(stripe, desk)
    said = [each for each in stripe.books.events if each["type"].startswith("refund.")]
    answers = [await stripe.hear(event) for event in (*reversed(said), *said)]
    order = await desk.look()

    assert {each["type"] for each in said} > {"refund.failed", "refund.updated"}
    assert {answer.status_code for answer in answers} == {200}
    (refund,) = order["refunds"]
    assert (refund["state"], refund["failed_at"] is not None) == ("failed", True)
    sums = [order[each]["amount"] for each in ("refunded", "reopened", "left")]
    assert sums == [0, SALT, 3 * SALT]
    # The piece may be sold to somebody else by now.
    assert (order["items"][0]["to_send"], order["items"][0]["refunded"]) == (2, 1)
    assert await told(stripe) == 1


def all_that_was_made(refunds: tuple[Refund, ...], state: RefundState, currency: str) -> Money:
    made = [each.amount for each in refunds if state is RefundState.DONE and each.counts]
    return money.total(made, currency)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_what_came_back_can_be_given_again(
    stripe: StripeShop, desk: Desk, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The twin: where what failed counts as given back, the buyer never gets it."""
    if not guarded:
        monkeypatch.setattr(fulfilment, "_sum", all_that_was_made)
    await desk.refund(("SALT", 1, 1))
    await desk.refund(("SALT", 2, 2))
    made = next(iter(stripe.books.refunds))
    stripe.books.end_refund(made, "failed")
    await stripe.hear(stripe.books.events[-1])

    again = await desk.refund(amount=SALT)

    if guarded:
        order = again.json()
        assert [each["state"] for each in order["refunds"]] == ["failed", "done", "done"]
        assert (order["reopened"]["amount"], order["left"]["amount"]) == (0, 0)
    else:
        assert again.json()["code"] == "refund_too_large"
    assert await stripe.moved() == (3 * SALT, 3 * SALT if guarded else 2 * SALT)


async def test_second_attempt_that_fails_too_is_owed_once(stripe: StripeShop, desk: Desk) -> None:
    await given_back_and_failed(stripe, desk)
    await stripe.hear(stripe.books.events[-1])
    await desk.refund(amount=SALT)
    stripe.books.end_refund(list(stripe.books.refunds)[-1], "failed")
    await stripe.hear(stripe.books.events[-1])

    order = await desk.look()

    assert [each["state"] for each in order["refunds"]] == ["failed", "failed"]
    assert (order["reopened"]["amount"], order["left"]["amount"]) == (SALT, 3 * SALT)


async def test_event_alone_changes_nothing_while_stripe_says_that_it_succeeded(
    stripe: StripeShop, desk: Desk
) -> None:
    await given_back_and_failed(stripe, desk)
    failed = stripe.books.events[-1]
    (made,) = stripe.books.refunds.values()
    made["status"] = "succeeded"

    assert (await stripe.hear(failed)).status_code == 200

    assert (await desk.look())["refunds"][0]["state"] == "done"
    assert await told(stripe) == 0


async def test_refund_whose_failure_came_before_its_success_moved_nothing(
    stripe: StripeShop, desk: Desk
) -> None:
    """Our own answer was lost, and so nobody had said that it was done."""
    stripe.world.server.lost += ["POST /v1/refunds"] * 2
    await given_back_and_failed(stripe, desk)
    await stripe.hear(stripe.books.events[-1])
    await worker_looks(stripe, 3600)

    order = await desk.look()

    assert (order["refunds"][0]["state"], order["items"][0]["to_send"]) == ("refused", 3)
    assert await told(stripe) == 0


async def test_failed_refund_is_found_in_stripes_list_when_no_call_arrived(
    stripe: StripeShop, desk: Desk
) -> None:
    await given_back_and_failed(stripe, desk)
    providers, now = stripe.counter.app.state.checkout.providers, clock.now()

    with clock.use(lambda: now + timedelta(hours=1)):
        for _ in range(2):
            await service.reconcile(stripe.counter.database, providers)

    assert (await desk.look())["refunds"][0]["state"] == "failed"
    assert await told(stripe) == 1
