"""Stripe's words in ours: amounts, states, why a card was declined. Pure.

Pages named here are of docs.stripe.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from babel.numbers import list_currencies
from stripe import PaymentIntent, StripeObject

from showfloor.checkout.types import (
    DeclineReason,
    NextStep,
    ProviderReply,
    ProviderStatus,
    StepKind,
)
from showfloor.kit.money import Money

ZERO_DECIMAL = frozenset(
    (
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
        *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
    )
)
THREE_DECIMAL = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
"""/currencies#zero-decimal and #three-decimal; every other currency counts in hundredths there,
also ISK and UGX, which have no smaller coin.
"""


class NotPayable(ValueError):
    """Stripe cannot express this amount."""


def stripe_amount(money: Money) -> int:
    """An amount in Stripe's smallest unit. Raises NotPayable: three-decimal currencies are paid in
    tens of their smallest unit (/currencies#three-decimal).
    """
    digits = _digits(money.currency)
    if digits >= money.precision:
        amount = money.amount * _power(digits - money.precision)
    else:
        amount, rest = divmod(money.amount, _power(money.precision - digits))
        if rest:
            raise NotPayable(money)
    if money.currency in THREE_DECIMAL and amount % 10:
        raise NotPayable(money)
    return amount


def money_of(amount: int, currency: str) -> Money:
    """The inverse of `stripe_amount`; Stripe writes currencies in small letters."""
    code = currency.upper()
    digits, precision = _digits(code), Money(0, code).precision
    if precision >= digits:
        return Money(amount * _power(precision - digits), code)
    return Money(amount // _power(digits - precision), code)


def _power(digits: int) -> int:
    return int(10**digits)


def _digits(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


SHIFTS: Mapping[str, int] = {
    currency: shift
    for currency in sorted(list_currencies())
    if (shift := _digits(currency) - Money(0, currency).precision)
}
"""Currencies whose smallest unit is another one there, by the digits that Stripe's has more."""

_REASONS: Mapping[str, DeclineReason] = {
    **dict.fromkeys(
        ("insufficient_funds", "withdrawal_count_limit_exceeded", "card_velocity_exceeded"),
        DeclineReason.INSUFFICIENT_FUNDS,
    ),
    "expired_card": DeclineReason.EXPIRED_CARD,
    **dict.fromkeys(
        (
            *("incorrect_number", "invalid_number", "incorrect_cvc", "invalid_cvc"),
            *("invalid_expiry_month", "invalid_expiry_year", "incorrect_zip"),
            *("incorrect_address", "incorrect_pin", "invalid_account"),
        ),
        DeclineReason.WRONG_DETAILS,
    ),
    **dict.fromkeys(
        (
            *("authentication_required", "payment_intent_authentication_failure"),
            "authentication_not_handled",
        ),
        DeclineReason.NOT_AUTHENTICATED,
    ),
    **dict.fromkeys(
        (
            *("card_not_supported", "currency_not_supported", "transaction_not_allowed"),
            *("amount_too_small", "amount_too_large", "invalid_amount"),
        ),
        DeclineReason.NOT_SUPPORTED,
    ),
    **dict.fromkeys(
        (
            *("processing_error", "try_again_later", "issuer_not_available"),
            *("reenter_transaction", "approve_with_id", "resource_missing"),
            *("confirmation_token_already_used", "confirmation_token_expired"),
            "capture_charge_authorization_expired",
        ),
        DeclineReason.TRY_AGAIN,
    ),
}
"""/declines/codes and /error-codes. What is missing (also lost, stolen and fraudulent cards) is
said to be declined and no more: /declines/codes asks for that.
"""


def reason_of(code: str | None, decline_code: str | None = None) -> DeclineReason:
    """The bank's own reason first, then Stripe's."""
    return next(
        (_REASONS[each] for each in (decline_code, code) if each is not None and each in _REASONS),
        DeclineReason.DECLINED,
    )


def code_in(error: StripeObject | None, name: str = "code") -> str | None:
    """A field that errors may leave out."""
    found = getattr(error, name, None)
    return found if isinstance(found, str) else None


_STATES: Mapping[str, ProviderStatus] = {
    "requires_action": ProviderStatus.NEEDS_CONFIRMATION,
    "processing": ProviderStatus.PENDING,
    "requires_capture": ProviderStatus.AUTHORIZED,
    "succeeded": ProviderStatus.PAID,
}


def reply_of(found: PaymentIntent) -> ProviderReply:
    """How a PaymentIntent stands (/payments/paymentintents/lifecycle). One that nobody confirmed
    yet is a payment that never arrived.
    """
    status, error = found.status, found.last_payment_error
    if status in ("requires_payment_method", "canceled") and error is not None:
        reason = reason_of(code_in(error), code_in(error, "decline_code"))
        return ProviderReply(ProviderStatus.DECLINED, reference=found.id, reason=reason)
    if status == "canceled" or (status == "succeeded" and _is_refunded(found)):
        return ProviderReply(ProviderStatus.VOIDED, reference=found.id)
    state = _STATES.get(status, ProviderStatus.UNKNOWN)
    step = _step(found) if state is ProviderStatus.NEEDS_CONFIRMATION else None
    return ProviderReply(state, step, reference=found.id)


def _is_refunded(found: PaymentIntent) -> bool:
    """All of it. `latest_charge` is an object where the call asked to expand it."""
    charge = found.latest_charge
    return charge is not None and not isinstance(charge, str) and charge.refunded


def _step(found: PaymentIntent) -> NextStep:
    """Stripe's script asks whatever the bank wants (/payments/3d-secure/authentication-flow)."""
    action = found.next_action
    if action is not None and action.type == "redirect_to_url" and action.redirect_to_url:
        return NextStep(StepKind.REDIRECT, url=action.redirect_to_url.url)
    return NextStep(StepKind.AUTHENTICATE, secret=found.client_secret)


EVENTS: Mapping[str, ProviderStatus] = {
    "payment_intent.amount_capturable_updated": ProviderStatus.AUTHORIZED,
    "payment_intent.canceled": ProviderStatus.VOIDED,
    "payment_intent.payment_failed": ProviderStatus.DECLINED,
    "payment_intent.processing": ProviderStatus.PENDING,
    "payment_intent.requires_action": ProviderStatus.NEEDS_CONFIRMATION,
    "payment_intent.succeeded": ProviderStatus.PAID,
}
REFUND_EVENTS: tuple[Literal["refund.failed"], Literal["refund.updated"]] = (
    "refund.failed",
    "refund.updated",
)
"""These and the ones above are what is to be ticked for the webhook endpoint (/api/events/types);
others are not ours.
"""
REFUND_ENDS = frozenset(("failed", "canceled"))
"""A refund that is in one of these gave nothing back, also where it had succeeded before
(/refunds#failed-refunds).
"""
