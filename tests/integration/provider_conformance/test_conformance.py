"""What the house demands of a payment provider (`checkout/adapters/provider.py`), asked of every
one: play money, Stripe against the strict double, and with `scripts/try-stripe` a real test
account.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import CallbackInvalid, PaymentMethodInvalid, ProviderUnavailable
from showfloor.checkout.types import (
    DeclineReason,
    Intent,
    Method,
    ProviderReply,
    ProviderStatus,
    Refund,
    RefundStatus,
    StepKind,
    StripeToken,
    TestCard,
)
from showfloor.kit import clock, ids
from showfloor.kit.money import Money
from tests.integration.provider_conformance.worlds import PRICE, Pays, World

TAKEN = (1999, 0)
BACK = (1999, 1999)


def fresh(amount: Money = PRICE) -> Intent:
    return Intent(ids.new(), amount)


async def settle(provider: PaymentProvider, intent: Intent, reply: ProviderReply) -> ProviderReply:
    """What the house does after an answer: it takes what was promised."""
    if reply.status is ProviderStatus.AUTHORIZED:
        return await provider.capture(known(intent, reply))
    return reply


def known(intent: Intent, reply: ProviderReply) -> Intent:
    return Intent(intent.payment_id, intent.amount, reply.reference)


async def paid(world: World, amount: Money = PRICE) -> Intent:
    intent = fresh(amount)
    reply = await world.provider.charge(intent, await world.method(Pays.OK))
    assert (await settle(world.provider, intent, reply)).status is ProviderStatus.PAID
    return known(intent, reply)


async def test_money_is_taken_once_and_looks_so_afterwards(world: World) -> None:
    intent = await paid(world)

    assert (await world.provider.lookup(intent)).status is ProviderStatus.PAID
    assert (await world.provider.capture(intent)).status is ProviderStatus.PAID
    assert await world.moved(intent) == TAKEN


async def test_payment_whose_reference_was_lost_is_the_same(world: World) -> None:
    intent = await paid(world)
    forgotten = Intent(intent.payment_id, intent.amount)

    assert (await world.provider.lookup(forgotten)).status is ProviderStatus.PAID
    assert await world.moved(intent) == TAKEN


async def test_same_charge_again_and_at_once_takes_the_money_once(world: World) -> None:
    intent, method = fresh(), await world.method(Pays.OK)

    async def charge() -> None:
        try:
            reply = await world.provider.charge(intent, method)
        except ProviderUnavailable:
            return
        await settle(world.provider, intent, reply)

    await asyncio.gather(*(charge() for _ in range(5)))
    await charge()

    assert (await world.provider.lookup(intent)).status is ProviderStatus.PAID
    assert await world.moved(intent) == TAKEN


@pytest.mark.parametrize(
    ("pays", "reason"),
    [
        (Pays.DECLINES, DeclineReason.DECLINED),
        (Pays.HAS_TOO_LITTLE, DeclineReason.INSUFFICIENT_FUNDS),
    ],
)
async def test_declined_says_why_and_stays_declined(
    world: World, pays: Pays, reason: DeclineReason
) -> None:
    intent = fresh()
    reply = await world.provider.charge(intent, await world.method(pays))

    later = await world.provider.lookup(known(intent, reply))

    assert (reply.status, reply.reason) == (ProviderStatus.DECLINED, reason)
    assert (later.status, later.reason) == (ProviderStatus.DECLINED, reason)
    assert await world.moved(intent) == (0, 0)


async def test_bank_asks_and_the_buyer_agrees(world: World) -> None:
    intent = fresh()
    asked = await world.provider.charge(intent, await world.method(Pays.ASKS))
    assert asked.status is ProviderStatus.NEEDS_CONFIRMATION
    assert asked.next_step is not None
    assert asked.next_step.kind in (StepKind.CONFIRM, StepKind.AUTHENTICATE, StepKind.REDIRECT)
    assert await world.moved(intent) == (0, 0)

    await world.answer_bank(intent, agrees=True)
    reply = await world.provider.confirm(known(intent, asked))

    assert (await settle(world.provider, intent, reply)).status is ProviderStatus.PAID
    assert await world.moved(intent) == TAKEN


async def test_bank_asks_and_the_buyer_refuses(world: World) -> None:
    intent = fresh()
    asked = await world.provider.charge(intent, await world.method(Pays.ASKS))

    await world.answer_bank(intent, agrees=False)
    reply = await world.provider.confirm(known(intent, asked))

    assert (reply.status, reply.reason) == (
        ProviderStatus.DECLINED,
        DeclineReason.NOT_AUTHENTICATED,
    )
    later = await world.provider.lookup(known(intent, asked))
    assert later.status is ProviderStatus.DECLINED
    assert await world.moved(intent) == (0, 0)


async def test_void_of_what_never_arrived_keeps_it_from_arriving(world: World) -> None:
    intent, method = fresh(), await world.method(Pays.OK)
    assert (await world.provider.lookup(intent)).status is ProviderStatus.UNKNOWN

    await world.provider.void(intent)

    late = await world.provider.charge(intent, method)
    assert late.status is ProviderStatus.VOIDED
    assert (await world.provider.capture(intent)).status is ProviderStatus.VOIDED
    assert await world.moved(intent) == (0, 0)


async def test_void_gives_all_of_it_back_once(world: World) -> None:
    intent = await paid(world)

    await asyncio.gather(*(world.provider.void(intent) for _ in range(3)))
    await world.provider.void(Intent(intent.payment_id, intent.amount))

    assert (await world.provider.lookup(intent)).status is ProviderStatus.VOIDED
    assert await world.moved(intent) == BACK


async def test_void_of_what_the_bank_asks_about_ends_it(world: World) -> None:
    intent = fresh()
    asked = await world.provider.charge(intent, await world.method(Pays.ASKS))

    await world.provider.void(known(intent, asked))

    assert (await world.provider.confirm(known(intent, asked))).status is ProviderStatus.VOIDED
    assert await world.moved(intent) == (0, 0)


def refund(intent: Intent, amount: Money) -> Refund:
    return Refund(ids.new(), intent.payment_id, amount, intent.reference)


async def test_refunds_are_made_once_each_and_never_more_than_was_paid(world: World) -> None:
    intent = await paid(world)
    part, rest = refund(intent, Money(1500, "GBP")), refund(intent, Money(499, "GBP"))

    first = [await world.provider.refund(part) for _ in range(2)]
    too_much = await world.provider.refund(refund(intent, Money(500, "GBP")))
    last = [await world.provider.refund(rest) for _ in range(2)]
    nothing_left = await world.provider.refund(refund(intent, Money(1, "GBP")))

    assert first == last == [RefundStatus.DONE] * 2
    assert too_much is nothing_left is RefundStatus.REFUSED
    assert await world.moved(intent) == BACK


async def test_refunds_that_make_no_sense_are_refused(world: World) -> None:
    intent, other = await paid(world), fresh()
    part = refund(intent, Money(500, "GBP"))
    assert await world.provider.refund(part) is RefundStatus.DONE

    refused = [
        await world.provider.refund(each)
        for each in (
            refund(intent, Money(10, "USD")),
            refund(intent, Money(0, "GBP")),
            Refund(part.id, intent.payment_id, Money(501, "GBP"), intent.reference),
            refund(other, Money(1, "GBP")),
        )
    ]

    assert refused == [RefundStatus.REFUSED] * 4
    assert await world.moved(intent) == (1999, 500)


async def test_refund_is_made_once_though_its_key_was_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = await paid(world)
    part = refund(intent, Money(500, "GBP"))
    assert await world.provider.refund(part) is RefundStatus.DONE
    if (kept := getattr(getattr(world, "server", None), "kept", None)) is not None:
        kept.clear()

    assert await world.provider.refund(part) is RefundStatus.DONE
    assert await world.moved(intent) == (1999, 500)


async def test_status_of_a_refund_is_what_became_of_it_and_asks_for_nothing(world: World) -> None:
    intent = await paid(world)
    part, too_much = refund(intent, Money(500, "GBP")), refund(intent, Money(1500, "GBP"))
    status = world.provider.refund_status
    assert await status(part) is None
    assert await world.moved(intent) == TAKEN

    await world.provider.refund(part)
    await world.provider.refund(too_much)

    assert await status(part) is RefundStatus.DONE
    assert await status(too_much) in (None, RefundStatus.REFUSED)
    assert await status(refund(fresh(), Money(1, "GBP"))) in (None, RefundStatus.REFUSED)
    assert await world.moved(intent) == (1999, 500)


async def failed(provider: PaymentProvider, since: timedelta, until: timedelta) -> list[UUID]:
    """Between two moments, by how far they are from now."""
    now = clock.now()
    return [each async for each in provider.failed_refunds(now + since, now + until)]


HOUR = timedelta(hours=1)


async def test_no_refund_failed_where_all_of_them_arrived(world: World) -> None:
    intent = await paid(world)
    await world.provider.refund(refund(intent, Money(500, "GBP")))

    assert await failed(world.provider, -HOUR, HOUR) == []


@pytest.mark.parametrize("arrives", [True, False])
async def test_refund_that_waits_for_the_bank_ends_as_the_bank_says(
    world: World, arrives: bool
) -> None:
    intent = await paid(world)
    part = refund(intent, Money(500, "GBP"))
    world.keep_refunds_waiting()
    assert await world.provider.refund(part) is RefundStatus.PENDING
    assert await world.provider.refund_status(part) is RefundStatus.PENDING
    assert await failed(world.provider, -HOUR, HOUR) == []

    world.end_refund(arrives=arrives)

    ended = RefundStatus.DONE if arrives else RefundStatus.REFUSED
    assert await world.provider.refund_status(part) is ended
    # It may have been said twice, and is booked once.
    assert set(await failed(world.provider, -HOUR, HOUR)) == (set() if arrives else {part.id})
    assert await world.moved(intent) == (1999, 500 if arrives else 0)


async def test_refund_that_fails_after_it_had_arrived_is_listed_when_it_failed(
    world: World,
) -> None:
    intent = await paid(world)
    part, stays = refund(intent, Money(500, "GBP")), refund(intent, Money(300, "GBP"))
    assert await world.provider.refund(stays) is RefundStatus.DONE
    assert await world.provider.refund(part) is RefundStatus.DONE

    world.end_refund(arrives=False)

    assert await world.provider.refund_status(part) is RefundStatus.REFUSED
    assert await world.provider.refund_status(stays) is RefundStatus.DONE
    assert set(await failed(world.provider, -HOUR, HOUR)) == {part.id}
    assert await failed(world.provider, -3 * HOUR, -2 * HOUR) == []
    assert await world.moved(intent) == (1999, 300)


async def test_payment_is_found_though_its_key_was_forgotten(world: World) -> None:
    """A day later, when the answer of the first day was lost."""
    intent = await paid(world)
    if (kept := getattr(getattr(world, "server", None), "kept", None)) is not None:
        kept.clear()
    forgotten, now = Intent(intent.payment_id, intent.amount), clock.now()

    with clock.use(lambda: now + timedelta(days=2)):
        found = await world.provider.lookup(forgotten)
        await world.provider.void(forgotten)

    assert found.status is ProviderStatus.PAID
    assert await world.moved(intent) == BACK


@pytest.mark.parametrize("amount", [Money(5120, "KWD"), Money(1999, "JPY"), Money(50_00, "AED")])
async def test_other_currencies_are_charged_in_their_own_units(world: World, amount: Money) -> None:
    intent = await paid(world, amount)

    assert await world.moved(intent) == (amount.amount, 0)


async def test_callback_is_taken_by_its_signature_alone(world: World) -> None:
    intent = await paid(world)
    headers, body = world.callback(intent)

    heard = world.provider.parse_callback(headers, body)

    assert heard is not None
    assert (heard.payment_id, heard.status) == (intent.payment_id, ProviderStatus.PAID)
    forged = [
        (headers, body.replace(b"succeeded", b"successful")),
        (headers, b""),
        (headers, b"\xff"),
        ({}, body),
        (dict.fromkeys(headers, "t=1,v1=00"), body),
    ]
    for each in forged:
        with pytest.raises(CallbackInvalid):
            world.provider.parse_callback(*each)


@pytest.mark.parametrize("seconds", [-320, 320])
async def test_callback_of_another_time_is_refused(world: World, seconds: int) -> None:
    """A replay, or a clock that is wrong."""
    headers, body = world.callback(await paid(world))
    now = clock.now()

    with clock.use(lambda: now + timedelta(seconds=seconds)):
        if type(world).__name__ == "TestProviderWorld":
            pytest.skip("the library looks at its own clock")
        with pytest.raises(CallbackInvalid):
            world.provider.parse_callback(headers, body)


async def test_method_of_another_provider_is_refused_before_anything_is_promised(
    world: World,
) -> None:
    other: Method = (
        StripeToken("ctoken_1") if world.provider.name == "test" else TestCard("4242424242424242")
    )

    with pytest.raises(PaymentMethodInvalid):
        world.provider.check_method(other)


async def test_provider_that_is_away_says_so_in_every_call(world: World) -> None:
    intent, method = await paid(world), await world.method(Pays.OK)
    world.go_away()
    provider = world.provider

    for call in (
        lambda: provider.charge(fresh(), method),
        lambda: provider.capture(intent),
        lambda: provider.confirm(intent),
        lambda: provider.lookup(intent),
        lambda: provider.void(intent),
        lambda: provider.refund(refund(intent, Money(1, "GBP"))),
        lambda: provider.refund_status(refund(intent, Money(1, "GBP"))),
        lambda: failed(provider, -HOUR, HOUR),
    ):
        with pytest.raises(ProviderUnavailable):
            await call()


@pytest.mark.parametrize("call", ["payment_intents", "/confirm", "/capture"])
async def test_lost_answer_takes_the_money_once(world: World, call: str) -> None:
    intent, method = fresh(), await world.method(Pays.OK)
    # The library repeats a request by itself; both answers are lost.
    world.lose(call, call)
    try:
        reply = await world.provider.charge(intent, method)
        await settle(world.provider, intent, reply)
    except ProviderUnavailable:
        reply = await world.provider.charge(intent, method)
        await settle(world.provider, intent, reply)

    assert (await world.provider.lookup(intent)).status is ProviderStatus.PAID
    assert await world.moved(intent) == TAKEN


async def test_page_learns_nothing_that_is_secret(world: World) -> None:
    shown = repr(dict(world.provider.form)) + repr(world.provider) + repr(vars(world.provider))

    assert "sk_test" not in shown and "whsec" not in shown


async def test_list_has_every_payment_of_its_time_as_it_stands(world: World) -> None:
    kept, back = await paid(world), await paid(world)
    await world.provider.void(back)
    declined = fresh()
    await world.provider.charge(declined, await world.method(Pays.DECLINES))
    now = clock.now()

    recent = {
        each.payment_id: each.reply.status
        async for each in world.provider.listed(now - timedelta(hours=1), now + timedelta(hours=1))
    }
    earlier = [
        each.payment_id
        async for each in world.provider.listed(now - timedelta(hours=3), now - timedelta(hours=2))
    ]

    assert recent[kept.payment_id] is ProviderStatus.PAID
    assert recent[back.payment_id] is ProviderStatus.VOIDED
    assert recent[declined.payment_id] is ProviderStatus.DECLINED
    assert kept.payment_id not in earlier
