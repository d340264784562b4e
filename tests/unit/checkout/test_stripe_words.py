"""Stripe's words in ours: amounts to the last coin, states, reasons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import PaymentIntent

from showfloor.checkout.adapters import stripe_words as words
from showfloor.checkout.types import DeclineReason, ProviderStatus, StepKind
from showfloor.kit import clock, ids
from showfloor.kit.money import Money


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(1999, "USD"), 1999),
        (Money(1999, "JPY"), 1999),
        (Money(5120, "KWD"), 5120),
        (Money(500, "ISK"), 50_000),
        (Money(500, "UGX"), 50_000),
        (Money(120, "AED"), 120),
    ],
)
def test_amount_is_in_stripe_s_smallest_unit(money: Money, amount: int) -> None:
    assert words.stripe_amount(money) == amount
    assert words.money_of(amount, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(5125, "KWD"), Money(1, "BHD")])
def test_amount_that_stripe_cannot_express_is_refused_not_rounded(money: Money) -> None:
    with pytest.raises(words.NotPayable):
        words.stripe_amount(money)


@given(
    st.sampled_from(["USD", "GBP", "EUR", "AED", "SAR", "EGP", "IDR", "JPY", "KWD", "ISK", "VND"]),
    st.integers(1, 10**8),
)
def test_amount_comes_back_as_it_went(currency: str, amount: int) -> None:
    money = Money(amount * 10 if currency == "KWD" else amount, currency)

    assert words.money_of(words.stripe_amount(money), currency.lower()) == money


def intent(status: str, **more: Any) -> PaymentIntent:
    values = {"id": "pi_1", "object": "payment_intent", "status": status, "latest_charge": None}
    values |= {"last_payment_error": None, "next_action": None, "client_secret": "pi_1_secret"}
    return PaymentIntent.construct_from(values | more, "sk_test")


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (intent("requires_payment_method"), ProviderStatus.UNKNOWN),
        (intent("requires_confirmation"), ProviderStatus.UNKNOWN),
        (intent("requires_action"), ProviderStatus.NEEDS_CONFIRMATION),
        (intent("processing"), ProviderStatus.PENDING),
        (intent("requires_capture"), ProviderStatus.AUTHORIZED),
        (intent("succeeded"), ProviderStatus.PAID),
        (intent("succeeded", latest_charge="ch_1"), ProviderStatus.PAID),
        (intent("succeeded", latest_charge={"refunded": False}), ProviderStatus.PAID),
        (intent("succeeded", latest_charge={"refunded": True}), ProviderStatus.VOIDED),
        (intent("canceled"), ProviderStatus.VOIDED),
        (intent("canceled", last_payment_error={"code": "x"}), ProviderStatus.DECLINED),
        (intent("a state of next year"), ProviderStatus.UNKNOWN),
    ],
)
def test_state_of_a_payment(found: PaymentIntent, status: ProviderStatus) -> None:
    reply = words.reply_of(found)

    assert (reply.status, reply.reference) == (status, "pi_1")


@pytest.mark.parametrize(
    ("code", "decline_code", "reason"),
    [
        ("card_declined", "insufficient_funds", DeclineReason.INSUFFICIENT_FUNDS),
        ("card_declined", "generic_decline", DeclineReason.DECLINED),
        ("card_declined", "stolen_card", DeclineReason.DECLINED),
        ("card_declined", "fraudulent", DeclineReason.DECLINED),
        ("expired_card", "expired_card", DeclineReason.EXPIRED_CARD),
        ("incorrect_cvc", "incorrect_cvc", DeclineReason.WRONG_DETAILS),
        ("payment_intent_authentication_failure", None, DeclineReason.NOT_AUTHENTICATED),
        ("amount_too_small", None, DeclineReason.NOT_SUPPORTED),
        ("processing_error", None, DeclineReason.TRY_AGAIN),
        ("resource_missing", None, DeclineReason.TRY_AGAIN),
        (None, None, DeclineReason.DECLINED),
    ],
)
def test_reason_is_one_that_a_buyer_can_do_something_about(
    code: str | None, decline_code: str | None, reason: DeclineReason
) -> None:
    error = {"code": code, **({"decline_code": decline_code} if decline_code else {})}

    reply = words.reply_of(intent("requires_payment_method", last_payment_error=error))

    assert reply.reason is reason


def test_bank_that_asks_on_a_page_of_its_own_is_reached_by_its_address() -> None:
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example/1"}}

    step = words.reply_of(intent("requires_action", next_action=action)).next_step

    assert step is not None and (step.kind, step.url) == (
        StepKind.REDIRECT,
        "https://bank.example/1",
    )


def test_secret_of_a_step_is_in_no_log() -> None:
    step = words.reply_of(intent("requires_action")).next_step

    assert step is not None and step.secret == "pi_1_secret"
    assert "secret" not in repr(step)


def test_moment_is_read_from_the_id() -> None:
    assert abs((clock.now() - ids.made_at(ids.new())).total_seconds()) < 60
