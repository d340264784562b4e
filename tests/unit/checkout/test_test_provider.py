"""The provider `test` against its own books: deterministic, once for each payment id, silent
outside demo and test.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from showfloor.checkout.adapters.test_ledger import TestLedger
from showfloor.checkout.adapters.test_provider import TestProvider, WrongMode
from showfloor.checkout.errors import CallbackInvalid, PaymentMethodInvalid
from showfloor.checkout.types import Intent, ProviderStatus, Refund, RefundStatus, TestCard
from showfloor.kit import clock, ids
from showfloor.kit.money import Money

PRICE = Money(1999, "GBP")


def provider(folder: Path, secret: str = "secret") -> TestProvider:
    return TestProvider(mode="test", folder=folder, secret=secret)


def of(payment_id: UUID) -> Intent:
    return Intent(payment_id, PRICE)


async def charge(
    provider: TestProvider, number: str, payment_id: UUID | None = None
) -> tuple[UUID, ProviderStatus]:
    payment_id = payment_id or ids.new()
    reply = await provider.charge(Intent(payment_id, PRICE), TestCard(number))
    return payment_id, reply.status


@pytest.mark.parametrize("mode", ["production", "", "Test"])
def test_other_modes_are_refused(tmp_path: Path, mode: str) -> None:
    with pytest.raises(WrongMode):
        TestProvider(mode=mode, folder=tmp_path, secret="secret")


@pytest.mark.parametrize(
    ("number", "answer", "later"),
    [
        ("4242 4242 4242 4242", ProviderStatus.PAID, ProviderStatus.PAID),
        ("4000000000000002", ProviderStatus.DECLINED, ProviderStatus.DECLINED),
        ("4000002500003155", ProviderStatus.NEEDS_CONFIRMATION, ProviderStatus.NEEDS_CONFIRMATION),
        ("4000000000000077", ProviderStatus.PENDING, ProviderStatus.PENDING),
        ("4000000000000259", ProviderStatus.PENDING, ProviderStatus.PAID),
        ("4000000000005126", ProviderStatus.PENDING, ProviderStatus.PAID),
    ],
)
async def test_card_decides_the_outcome(
    tmp_path: Path, number: str, answer: ProviderStatus, later: ProviderStatus
) -> None:
    payment_id, answered = await charge(provider(tmp_path), number)

    assert answered is answer
    assert (await provider(tmp_path).lookup(of(payment_id))).status is later


async def test_slow_card_pays_after_two_seconds(tmp_path: Path) -> None:
    payment_id, _ = await charge(provider(tmp_path), "4000000000000077")

    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=2.1)):
        assert (await provider(tmp_path).lookup(of(payment_id))).status is ProviderStatus.PAID
        assert (await provider(tmp_path).lookup(of(payment_id))).status is ProviderStatus.PAID
    assert TestLedger(tmp_path).entries()[payment_id].charges == 1


@pytest.mark.parametrize("number", ["4242424242424241", "", "four", "tok_1"])
def test_other_numbers_are_no_cards(tmp_path: Path, number: str) -> None:
    with pytest.raises(PaymentMethodInvalid):
        provider(tmp_path).check_method(TestCard(number))


async def test_charging_twice_takes_money_once(tmp_path: Path) -> None:
    payment_id, _ = await charge(provider(tmp_path), "4242424242424242")
    twins = [provider(tmp_path) for _ in range(8)]

    answers = await asyncio.gather(
        *(charge(twin, "4242424242424242", payment_id) for twin in twins)
    )

    assert {report for _, report in answers} == {ProviderStatus.PAID}
    assert TestLedger(tmp_path).entries()[payment_id].charges == 1


async def test_voiding_before_the_charge_arrives_forbids_it(tmp_path: Path) -> None:
    payment_id = ids.new()
    await provider(tmp_path).void(of(payment_id))

    assert (await charge(provider(tmp_path), "4242424242424242", payment_id))[
        1
    ] is ProviderStatus.VOIDED
    assert TestLedger(tmp_path).entries()[payment_id].charges == 0


async def test_voiding_gives_money_back_once(tmp_path: Path) -> None:
    payment_id, _ = await charge(provider(tmp_path), "4242424242424242")

    for _ in range(3):
        await provider(tmp_path).void(of(payment_id))

    entry = TestLedger(tmp_path).entries()[payment_id]
    assert (entry.state, entry.charges, entry.refunds) == (ProviderStatus.VOIDED, 1, 1)


async def test_refund_gives_back_once_and_never_more_than_was_paid(tmp_path: Path) -> None:
    payment_id, _ = await charge(provider(tmp_path), "4242424242424242")
    part = Refund(ids.new(), payment_id, Money(1500, "GBP"))
    rest = Refund(ids.new(), payment_id, Money(499, "GBP"))
    wrong = [
        Refund(ids.new(), payment_id, Money(500, "GBP")),
        Refund(ids.new(), payment_id, Money(10, "USD")),
        Refund(ids.new(), payment_id, Money(0, "GBP")),
        Refund(ids.new(), ids.new(), Money(1, "GBP")),
        Refund(part.id, payment_id, Money(1, "GBP")),
    ]

    done = [await provider(tmp_path).refund(refund) for refund in (part, part)]
    refused = [await provider(tmp_path).refund(refund) for refund in wrong]
    done.append(await provider(tmp_path).refund(rest))

    assert done == [RefundStatus.DONE] * 3
    assert refused == [RefundStatus.REFUSED] * 5
    assert sum(TestLedger(tmp_path).entries()[payment_id].refunded.values()) == 1999


async def test_what_is_not_paid_is_not_refunded(tmp_path: Path) -> None:
    payment_id, _ = await charge(provider(tmp_path), "4000000000000002")

    refund = Refund(ids.new(), payment_id, Money(1, "GBP"))

    assert await provider(tmp_path).refund(refund) is RefundStatus.REFUSED


async def test_confirmation_pays_once_and_never_after_a_void(tmp_path: Path) -> None:
    payment_id, _ = await charge(provider(tmp_path), "4000002500003155")
    assert [(await provider(tmp_path).confirm(of(payment_id))).status for _ in range(2)] == [
        ProviderStatus.PAID,
        ProviderStatus.PAID,
    ]
    assert TestLedger(tmp_path).entries()[payment_id].charges == 1

    other, _ = await charge(provider(tmp_path), "4000002500003155")
    await provider(tmp_path).void(of(other))
    assert (await provider(tmp_path).confirm(of(other))).status is ProviderStatus.VOIDED
    assert (await provider(tmp_path).confirm(of(ids.new()))).status is ProviderStatus.UNKNOWN


def signed(
    provider: TestProvider, body: str, at: datetime | None = None, event_id: str = "evt_1"
) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": provider._signer.sign(event_id, at, body),
    }


async def test_callback_is_believed_only_with_the_right_signature_and_time(tmp_path: Path) -> None:
    ours, payment_id = provider(tmp_path), ids.new()
    body = (
        f'{{"id": "evt_1", "type": "payment.succeeded", "payment_id": '
        f'"{ids.encode("pay", payment_id)}"}}'
    )
    assert ours.parse_callback(signed(ours, body), body.encode()).payment_id == payment_id

    broken = [
        (signed(provider(tmp_path, "another"), body), body.encode()),
        (signed(ours, body), body.encode() + b" "),
        (signed(ours, body, datetime.now(UTC) - timedelta(minutes=6)), body.encode()),
        ({}, body.encode()),
        ({**signed(ours, body), "webhook-signature": "nonsense"}, body.encode()),
        ({**signed(ours, body), "webhook-signature": "v1,%%%"}, body.encode()),
        (signed(ours, "[]"), b"[]"),
        (signed(ours, "{}"), b"{}"),
    ]
    for headers, content in broken:
        with pytest.raises(CallbackInvalid):
            ours.parse_callback(headers, content)
