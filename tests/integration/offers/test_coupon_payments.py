"""What becomes of a claim while two purchases, or two payments of one, are under way."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from showfloor.app import verify
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.rules import CALL_TAKES
from showfloor.checkout.service import coupons as checkout_coupons
from showfloor.checkout.service import settle_open_payments
from showfloor.checkout.types import Intent, Method, ProviderReply
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.offers.queries import uses as queries
from showfloor.offers.service import using
from tests.integration.checkout.counter import ASKS, DECLINED
from tests.integration.checkout.shop import scalar
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import Claimer, claimer, counts, open_coupon, viewer_token
from tests.waiting import hold_up, until_somebody_waits

ANNA = "anna@example.com"


async def at_the_button(
    hall: Hall, coupon: str, email: str = ANNA, token: str | None = None
) -> Claimer:
    """Somebody with a claim and details, who has not begun to pay; `token` is of their account."""
    one = await claimer(hall)
    if token is not None:
        one.buyer.counter.client.headers["X-Viewer-Token"] = token
    assert (await one.claim(coupon)).status_code == 201
    await one.buyer.reserve(("MUG-1", 1))
    given = await one.details(email=email)
    assert given.status_code == 201, given.text
    return one


async def two_first_orders(
    hall: Hall, other_email: str = ANNA.upper(), token: str | None = None
) -> tuple[Claimer, Claimer]:
    """Of one buyer, each with a coupon of its own from one seller."""
    first = await open_coupon(hall, first_order=True)
    one = await at_the_button(hall, first, token=token)
    assert (await hall.ask("POST", f"/coupons/{first}/close", hall.host)).status_code == 200
    second = await open_coupon(hall, first_order=True)
    return one, await at_the_button(hall, second, other_email, token)


async def nothing(*_: object) -> None:
    """In the place of a check."""


async def is_sound(hall: Hall) -> bool:
    return await verify.broken(hall.database, hall.app.state.checkout.providers) == []


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_first_order_is_checked_again_when_paying_begins(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    one, other = await two_first_orders(hall)
    assert (await one.buyer.pay()).json()["status"] == "paid"
    if not guarded:
        monkeypatch.setattr(checkout_coupons, "_check_first_order", nothing)
        monkeypatch.setattr(using, "_check_no_other_first", nothing)

    second = await other.buyer.pay()

    assert (second.json().get("code") == "coupon_first_order_only") is guarded
    assert await scalar(database, "select count(*) from payment") == (1 if guarded else 2)
    assert (await counts(hall))[1] == ("open", 1, 0 if guarded else 1, 5)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_first_order_that_is_being_paid_is_the_only_one(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    one, other = await two_first_orders(hall)
    if not guarded:
        monkeypatch.setattr(using, "_check_no_other_first", nothing)
    assert (await one.buyer.pay(ASKS)).json()["status"] == "needs_confirmation"

    second = await other.buyer.pay()
    confirmed = await one.buyer.confirm()

    assert confirmed.json()["status"] == "paid"
    assert (second.json().get("code") == "coupon_first_order_only") is guarded
    assert [used for _, _, used, _ in await counts(hall)] == [1, 0 if guarded else 1]
    assert await is_sound(hall)


@pytest.mark.parametrize("signed_in", [True, False], ids=["account", "guests"])
async def test_account_is_one_buyer_under_two_addresses(hall: Hall, signed_in: bool) -> None:
    token = await viewer_token(hall, ANNA) if signed_in else None
    one, other = await two_first_orders(hall, "anna.work@example.com", token)
    assert (await one.buyer.pay(ASKS)).json()["status"] == "needs_confirmation"

    second = await other.buyer.pay()

    assert (second.json().get("code") == "coupon_first_order_only") is signed_in


async def test_first_order_whose_payment_came_to_nothing_is_still_to_come(hall: Hall) -> None:
    one, other = await two_first_orders(hall)
    assert (await one.buyer.pay(ASKS)).json()["status"] == "needs_confirmation"
    refused = await other.buyer.pay()
    assert (await one.buyer.pay(DECLINED)).json()["status"] == "declined"

    paid = await other.buyer.pay()

    assert refused.json()["code"] == "coupon_first_order_only"
    assert paid.json()["status"] == "paid"
    assert [used for _, _, used, _ in await counts(hall)] == [0, 1]
    assert await is_sound(hall)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_without_the_lock_of_the_other_coupons_two_first_orders_are_paid(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(
            queries, "_LOCK_COUPONS", queries._LOCK_COUPONS.partition("  union")[0] + ") for update"
        )
    one, other = await two_first_orders(hall)
    looked, go_on = hold_up(monkeypatch, queries, "is_first_order_begun")

    asks = asyncio.ensure_future(one.buyer.pay())
    await looked.wait()
    meanwhile = asyncio.ensure_future(other.buyer.pay(ASKS))
    if guarded:
        await until_somebody_waits(database)
    else:
        await meanwhile
    go_on.set()
    answers = await asyncio.gather(asks, meanwhile)

    assert [answer.status_code for answer in answers] == [200, 409 if guarded else 200]


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
async def test_claim_counts_for_the_address_that_pays(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(queries, "note_buyer", lambda *_: None)
    coupon = await open_coupon(hall)
    one = await at_the_button(hall, coupon)
    # The same claim in another tab, under another address, which never pays.
    tab = await claimer(hall)
    tab.tokens = one.tokens
    await tab.buyer.reserve(("MUG-1", 1))
    assert (await tab.details(email="ben@example.com")).status_code == 201
    assert (await one.buyer.pay()).json()["status"] == "paid"

    again = await claimer(hall)
    await again.claim(coupon)
    await again.buyer.reserve(("MUG-1", 1))
    refused = await again.details(email=ANNA)

    assert (refused.status_code == 409) is guarded


async def test_details_and_payment_at_one_moment_do_not_wait_for_each_other(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who gave new details had the claim, and waited for the checkout; who paid, the other way
    round.
    """
    coupon = await open_coupon(hall)
    anna = await at_the_button(hall, coupon)
    looked, go_on = hold_up(monkeypatch, queries, "uses_of_buyer")
    again = asyncio.ensure_future(anna.details(email="anna.new@example.com"))
    await looked.wait()

    paid = await anna.buyer.pay()
    go_on.set()
    closed = await again

    assert paid.json()["status"] == "paid"
    assert (closed.status_code, closed.json()["code"]) == (409, "checkout_closed")
    assert await counts(hall) == [("open", 1, 1, 5)]


def play_money(hall: Hall) -> Any:
    return hall.app.state.checkout.providers["test"]


async def succeed_late(hall: Hall, payment: UUID) -> None:
    """The provider calls: the payment succeeded."""
    event = {
        "id": f"evt_{payment.hex}",
        "type": "payment.succeeded",
        "payment_id": ids.encode("pay", payment),
    }
    body, now = json.dumps(event), datetime.now(UTC)
    headers = {
        "webhook-id": event["id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": play_money(hall)._signer.sign(event["id"], now, body),
    }
    answer = await hall.client.post("/api/v1/payments/test/callback", content=body, headers=headers)
    assert answer.is_success, answer.text


async def test_late_success_of_a_payment_that_another_replaced_is_given_back(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank's question is answered while the other card is charged."""
    anna = await at_the_button(hall, await open_coupon(hall))
    provider, charge = play_money(hall), play_money(hall).charge
    assert (await anna.buyer.pay(ASKS)).json()["status"] == "needs_confirmation"
    [given_up] = provider._ledger.entries()

    async def meanwhile(intent: Intent, method: Method) -> ProviderReply:
        await provider.confirm(Intent(given_up, intent.amount))
        await succeed_late(hall, given_up)
        reply: ProviderReply = await charge(intent, method)
        return reply

    monkeypatch.setattr(provider, "charge", meanwhile)
    paid = await anna.buyer.pay()

    assert paid.json()["status"] == "paid"
    assert paid.json()["orders"][0]["total"]["amount"] == 2100
    states = "select string_agg(state, ',' order by id) from payment"
    assert await scalar(database, states) == "voided,paid"
    entry = provider._ledger.entries()[given_up]
    assert (entry.charges, entry.refunds) == (1, 1)
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await is_sound(hall)


async def test_late_success_of_a_payment_that_gave_its_claim_back_is_given_back(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request that charges is lost on its way, and so is what forbids it; when it arrives,
    another purchase was paid with the claim.
    """
    anna, tab = await at_the_button(hall, await open_coupon(hall)), await claimer(hall)
    tab.tokens = anna.tokens
    provider, charge = play_money(hall), play_money(hall).charge
    under_way: list[tuple[Intent, Method]] = []

    async def lose(intent: Intent, *method: Method) -> ProviderReply:
        under_way.extend((intent, each) for each in method)
        raise ProviderUnavailable

    with monkeypatch.context() as down:
        down.setattr(provider, "charge", lose)
        down.setattr(provider, "void", lose)
        assert (await anna.buyer.pay()).status_code == 503
        now = clock.now()
        with clock.use(lambda: now + CALL_TAKES * 2):
            await settle_open_payments(database, {"test": provider})
    assert await scalar(database, "select state from payment") == "declined"
    await tab.buyer.reserve(("MUG-1", 1))
    await tab.details()
    assert (await tab.buyer.pay()).json()["orders"][0]["total"]["amount"] == 2100

    [(intent, method)] = under_way
    await charge(intent, method)
    await succeed_late(hall, intent.payment_id)

    entry = provider._ledger.entries()[intent.payment_id]
    assert (entry.charges, entry.refunds) == (1, 1)
    assert await scalar(database, "select count(*) from orders") == 1
    assert await counts(hall) == [("open", 1, 1, 5)]
    assert await is_sound(hall)
