"""Between us and Stripe something breaks: what the provider's books say wins."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import queries
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.service import holds, settlement
from showfloor.checkout.service.settlement import Recorded
from showfloor.checkout.types import (
    Intent,
    PaymentState,
    ProviderReply,
    Refund,
    RefundStatus,
)
from showfloor.kit import ids
from showfloor.kit.db import Connection
from showfloor.kit.money import Money
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.shop import execute, scalar, stock_now
from tests.integration.checkout.stripe_shop import SALT, StripeShop
from tests.integration.provider_conformance.worlds import Pays

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.mark.parametrize("call", ["POST /v1/payment_intents", "/confirm", "/capture"])
async def test_lost_answer_is_found_out_by_the_worker(
    stripe: StripeShop, ready: Buyer, product: Product, call: str
) -> None:
    method = await stripe.method()
    stripe.world.lose(call, call)

    lost = await ready.pay(payment_method=method, key="k" * 16)
    assert lost.status_code in (200, 503)
    await stripe.worker_looks()
    await stripe.worker_looks(40)

    # Created and not confirmed is a payment that never arrived: nothing was promised.
    bought = call != "POST /v1/payment_intents"
    assert await stripe.state() == ("paid" if bought else "declined")
    assert await stripe.orders() == (1 if bought else 0)
    assert await stripe.moved() == ((SALT, 0) if bought else (0, 0))
    assert await stock_now(stripe.counter.database, product) == (
        Stock(50, 0, 1) if bought else Stock(50, 1, 0)
    )


@pytest.mark.parametrize("made", [True, False])
async def test_failure_that_stripe_repeats_for_a_day_is_found_out_by_the_worker(
    stripe: StripeShop, ready: Buyer, product: Product, made: bool
) -> None:
    """/api/idempotent_requests: the same key answers 500 again, whatever became of it."""
    stripe.world.server.fails["POST /v1/payment_intents"] = made

    answer = await stripe.pay(ready)
    await stripe.worker_looks(40)

    # What was made is found by our name in their list and is confirmed; what was not is over.
    assert answer.status_code == (200 if made else 503)
    assert await stripe.state() == ("paid" if made else "declined")
    assert await stripe.moved() == ((SALT, 0) if made else (0, 0))
    assert (await stripe.pay(ready)).json()["status"] == "paid"
    assert (await stripe.moved(), await stripe.orders()) == ((SALT, 0), 1)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)


async def test_money_goes_back_though_stripe_failed_once_to_give_it_back(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    provider, intent = stripe.world.provider, await _intent(stripe)
    stripe.world.server.fails["POST /v1/refunds"] = False

    with pytest.raises(ProviderUnavailable):
        await provider.void(intent)
    await provider.void(intent)
    await provider.void(intent)

    assert await stripe.moved() == (SALT, SALT)


async def test_payment_that_is_being_made_elsewhere_is_not_said_to_be_unknown(
    stripe: StripeShop, ready: Buyer
) -> None:
    """A worker that asks meanwhile would find nothing in their list, and give the payment up."""
    provider, intent = stripe.world.provider, Intent(ids.new(), Money(SALT, "GBP"))
    stripe.world.server.under_way.append("POST /v1/payment_intents")

    with pytest.raises(ProviderUnavailable):
        await provider.lookup(intent)
    stripe.world.server.under_way.clear()

    assert (await provider.lookup(intent)).reference is not None


async def test_refund_that_is_being_made_elsewhere_is_not_refused(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    payment = (await _intent(stripe)).payment_id
    refund = Refund(ids.new(), payment, Money(SALT, "GBP"))
    stripe.world.server.under_way.append("POST /v1/refunds")

    with pytest.raises(ProviderUnavailable):
        await stripe.world.provider.refund(refund)
    stripe.world.server.under_way.clear()

    assert await stripe.world.provider.refund(refund) is RefundStatus.DONE
    assert await stripe.moved() == (SALT, SALT)


async def _intent(stripe: StripeShop) -> Intent:
    """As it is known where the first answer was lost."""
    found = await scalar(stripe.counter.database, "select id from payment")
    assert isinstance(found, UUID)
    return Intent(found, Money(SALT, "GBP"))


async def test_payment_that_ends_at_stripe_leaves_the_goods_to_the_buyer(
    stripe: StripeShop, ready: Buyer, product: Product
) -> None:
    await stripe.pay(ready, Pays.ASKS)
    (intent,) = stripe.books.intents
    stripe.books.cancel_intent(intent, {"cancellation_reason": "abandoned"})

    ended = (await ready.confirm()).json()

    assert (ended["status"], ended["next"]) == ("declined", {"kind": "form"})
    assert (await ready.look()).json()["status"] == "declined"
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)
    assert (await stripe.pay(ready)).json()["status"] == "paid"


@guarded
async def test_repetition_that_arrives_while_the_worker_gives_up_is_paid_and_stays_paid(
    stripe: StripeShop,
    ready: Buyer,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """The first call was lost; the worker hears that nothing arrived, and in that moment the page
    repeats it.
    """
    if not guard:
        monkeypatch.setattr(settlement, "_decline_unless_it_moved", _declined_all_the_same)
    method, lookup = await stripe.method(), stripe.world.provider.lookup
    stripe.world.lose("POST /v1/payment_intents", "POST /v1/payment_intents")
    assert (await ready.pay(payment_method=method, key="k" * 16)).status_code == 503

    async def overtaken(intent: Intent) -> ProviderReply:
        reply = await lookup(intent)
        monkeypatch.setattr(stripe.world.provider, "lookup", lookup)
        again = await ready.pay(payment_method=method, key="k" * 16)
        assert again.json()["status"] == "paid"
        return reply

    monkeypatch.setattr(stripe.world.provider, "lookup", overtaken)
    await stripe.worker_looks()

    assert (await stripe.state(), await stripe.orders()) == ("paid", 1)
    assert await stripe.moved() == ((SALT, 0) if guard else (SALT, SALT))
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)


async def _declined_all_the_same(connection: Connection, payment_id: UUID) -> Recorded:
    locked = await queries.lock_payment(connection, payment_id)
    given_up = replace(locked.payment, state=PaymentState.DECLINED)
    return Recorded(given_up, locked.checkout, is_first=True)


async def test_killed_before_the_capture_and_the_worker_takes_the_money(
    stripe: StripeShop, ready: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The goods are secured, then the process dies; the hold's own deadline is long past when the
    worker looks.
    """

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_capture", dies)
        with pytest.raises(asyncio.CancelledError):
            await stripe.pay(ready)
    assert await stripe.state() == "capturing"
    assert await stripe.moved() == (0, 0)
    await execute(stripe.counter.database, "update hold set expires_at = now() - interval '1 day'")

    await stripe.worker_looks()

    assert await stripe.state() == "paid"
    assert await stripe.moved() == (SALT, 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)


@guarded
async def test_goods_do_not_go_back_while_their_money_is_being_taken(
    stripe: StripeShop,
    ready: Buyer,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Another tab, or a script, gives the hold back between the goods and the capture."""
    if not guard:
        monkeypatch.setattr(holds, "_MONEY_MAY_MOVE", ())

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_capture", dies)
        with pytest.raises(asyncio.CancelledError):
            await stripe.pay(ready)

    given_back = await ready.ask("DELETE", f"/holds/{ready.hold['id']}")
    await stripe.worker_looks()

    if guard:
        assert (given_back.status_code, given_back.json()["code"]) == (409, "payment_in_progress")
        assert (await stripe.state(), await stripe.orders()) == ("paid", 1)
        assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)
    else:
        assert (given_back.status_code, await stripe.orders()) == (204, 0)


async def test_killed_after_the_capture_and_the_worker_places_the_order(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stripe.world.provider.capture

    async def dies(intent: Intent) -> ProviderReply:
        await real(intent)
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(stripe.world.provider, "capture", dies)
        with pytest.raises(asyncio.CancelledError):
            await stripe.pay(ready)
    assert (await stripe.moved(), await stripe.orders()) == ((SALT, 0), 0)

    await stripe.worker_looks(at_once=3)

    assert (await stripe.moved(), await stripe.orders()) == ((SALT, 0), 1)


async def test_partition_around_the_capture_heals(
    stripe: StripeShop, ready: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, capture = await stripe.method(), stripe.world.provider.capture

    async def cut_off(intent: Intent) -> ProviderReply:
        stripe.world.server.away = True
        return await capture(intent)

    with monkeypatch.context() as patched:
        patched.setattr(stripe.world.provider, "capture", cut_off)
        answer = await ready.pay(payment_method=method)
    assert answer.json()["status"] == "pending"
    await stripe.worker_looks()
    assert (await stripe.state(), await stripe.orders()) == ("capturing", 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)

    stripe.world.server.away = False
    await stripe.worker_looks(60)

    assert (await ready.look()).json()["status"] == "paid"
    assert await stripe.moved() == (SALT, 0)


async def test_promise_that_ran_out_leaves_the_goods_to_the_buyer(
    stripe: StripeShop, ready: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = stripe.world.provider.capture

    async def too_late(intent: Intent) -> ProviderReply:
        for found in stripe.books.intents.values():
            found["metadata"]["double"] = "promise_ran_out"
        return await capture(intent)

    monkeypatch.setattr(stripe.world.provider, "capture", too_late)
    answer = (await stripe.pay(ready)).json()

    assert (answer["status"], answer["next"]) == ("declined", {"kind": "form"})
    assert await stripe.moved() == (0, 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)
    monkeypatch.undo()
    assert (await stripe.pay(ready)).json()["status"] == "paid"
