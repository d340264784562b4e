"""Pure decisions of `checkout`: what a provider's word does to a payment, and what the buyer is
told.
"""

from __future__ import annotations

from datetime import timedelta

from showfloor.checkout.types import (
    Discrepancy,
    NextStep,
    Payment,
    PaymentState,
    ProviderStatus,
    Status,
    StepKind,
)
from showfloor.kit.money import Money
from showfloor.markets import postcodes
from showfloor.orders.types import Address
from showfloor.stock.types import LineState

OPEN = frozenset(
    {
        PaymentState.STARTED,
        PaymentState.PENDING,
        PaymentState.NEEDS_CONFIRMATION,
        PaymentState.CAPTURING,
    }
)
GIVEN_BACK = frozenset({PaymentState.VOIDING, PaymentState.VOIDED})
BLOCKING = OPEN | {PaymentState.PAID}
"""A checkout has at most one payment in one of these states; the table's unique index says the
same.
"""

PAYMENTS = "payments"
"""The name under which the worker is woken when a payment is to be asked about again soon."""
CALL_TAKES = timedelta(seconds=15)
"""Longer than any call to a provider lasts: a payment that is still only started by then was
interrupted.
"""
LONGEST_REFUND_PAUSE = timedelta(hours=1)
"""Between two questions about a refund that a bank takes its time for, on its first day."""
REFUND_PAUSE_LATER = timedelta(days=7)
"""Afterwards: one that nobody can carry out any more is asked about less and less often."""
_LOOK_AGAIN = {
    PaymentState.STARTED: CALL_TAKES,
    PaymentState.PENDING: timedelta(seconds=1),
    PaymentState.NEEDS_CONFIRMATION: timedelta(seconds=5),
    PaymentState.CAPTURING: CALL_TAKES,
    PaymentState.VOIDING: timedelta(seconds=2),
}

_OF_ATTEMPT = {
    PaymentState.STARTED: Status.PENDING,
    PaymentState.PENDING: Status.PENDING,
    PaymentState.NEEDS_CONFIRMATION: Status.NEEDS_CONFIRMATION,
    PaymentState.CAPTURING: Status.PENDING,
    PaymentState.PAID: Status.PAID,
    PaymentState.DECLINED: Status.DECLINED,
    PaymentState.VOIDING: Status.EXPIRED,
    PaymentState.VOIDED: Status.EXPIRED,
}
_FROM_REPORT = {
    ProviderStatus.PENDING: PaymentState.PENDING,
    ProviderStatus.NEEDS_CONFIRMATION: PaymentState.NEEDS_CONFIRMATION,
    ProviderStatus.AUTHORIZED: PaymentState.CAPTURING,
    ProviderStatus.PAID: PaymentState.PAID,
    ProviderStatus.DECLINED: PaymentState.DECLINED,
    ProviderStatus.VOIDED: PaymentState.DECLINED,
}

MONEY = frozenset({ProviderStatus.AUTHORIZED, ProviderStatus.PAID})
_AFTER_CAPTURE = {
    ProviderStatus.PAID: PaymentState.PAID,
    ProviderStatus.DECLINED: PaymentState.DECLINED,
    ProviderStatus.VOIDED: PaymentState.DECLINED,
}
_REPEATED = {
    PaymentState.CAPTURING: frozenset({ProviderStatus.AUTHORIZED}),
    PaymentState.DECLINED: frozenset({ProviderStatus.DECLINED, ProviderStatus.VOIDED}),
    PaymentState.VOIDED: frozenset({ProviderStatus.DECLINED, ProviderStatus.VOIDED}),
}


def address_problems(address: Address) -> list[tuple[str, str]]:
    """(field, what is wrong with it) for an address to which nothing can be sent. Whether a seller
    delivers there is another question.
    """
    country = address.country
    if not postcodes.is_country(country):
        return [("country", "country_unknown")]
    if address.postal_code is None:
        return [("postal_code", "missing")] if postcodes.is_needed(country) else []
    return (
        []
        if postcodes.is_valid(country, address.postal_code)
        else [("postal_code", "postal_code_invalid")]
    )


def advance(state: PaymentState, report: ProviderStatus) -> PaymentState:
    """The payment after the provider's word. Words come late, twice and out of order: what is final
    stays final.

    Money that arrives for a payment we had given up is given back. A payment that somebody else
    ended before the money was taken is a declined one: the goods are still held.
    """
    if state in (PaymentState.DECLINED, PaymentState.VOIDED) and report in MONEY:
        return PaymentState.VOIDING
    if state is PaymentState.CAPTURING:
        return _AFTER_CAPTURE.get(report, state)
    if state not in OPEN or report is ProviderStatus.UNKNOWN:
        return state
    return _FROM_REPORT[report]


def compare(state: PaymentState | None, word: ProviderStatus) -> Discrepancy | None:
    """What is wrong with a payment that has ended, by the provider's own list; `state` is None for
    one that we do not have. Open ones are asked about anyway.
    """
    if state is None:
        return Discrepancy.UNKNOWN_TO_US if word in MONEY else None
    if state in (PaymentState.DECLINED, PaymentState.VOIDED, PaymentState.VOIDING):
        return Discrepancy.GIVEN_UP if word in MONEY else None
    if state is PaymentState.PAID and word is not ProviderStatus.PAID:
        back = word is ProviderStatus.VOIDED
        return Discrepancy.GIVEN_BACK_THERE if back else Discrepancy.NOT_TAKEN
    return None


def look_again_after(state: PaymentState) -> timedelta | None:
    """How long to wait before asking the provider about a payment in this state; None when there is
    nothing to ask.
    """
    return _LOOK_AGAIN.get(state)


def status_of(payment: PaymentState | None, hold: LineState, *, ran_out: bool) -> Status:
    """What the buyer is told, from the newest payment and the hold.

    A hold that is gone only matters while nothing is paid. The bank's question can be answered
    after the deadline too, as long as nobody took the goods.
    """
    held = hold is LineState.HELD
    payable = held and not ran_out
    if payment in (None, PaymentState.DECLINED) and not payable:
        return Status.EXPIRED
    if payment is PaymentState.NEEDS_CONFIRMATION and not held:
        return Status.EXPIRED
    if payment in GIVEN_BACK and payable:
        return Status.DECLINED
    return Status.OPEN if payment is None else status_of_attempt(payment)


def status_of_attempt(payment: PaymentState) -> Status:
    """What came of one attempt to pay, whatever became of the purchase since."""
    return _OF_ATTEMPT[payment]


def next_step(status: Status, payment: Payment | None) -> NextStep | None:
    """What the page shows. The provider decides; without its word the usual thing."""
    if status in (Status.OPEN, Status.DECLINED):
        return NextStep(StepKind.FORM)
    if status is Status.PENDING:
        return (payment.next_step if payment else None) or NextStep(StepKind.WAIT)
    if status is Status.NEEDS_CONFIRMATION:
        return (payment.next_step if payment else None) or NextStep(StepKind.CONFIRM)
    return None


def repeats(state: PaymentState, word: ProviderStatus) -> bool:
    """Whether a provider's word changes nothing in a payment that is in this state."""
    return state is PaymentState.PAID or word in _REPEATED.get(state, ())


def refund_pause(age: timedelta) -> timedelta:
    """Until the provider is asked again about a refund of this age: twice as long each time, an
    hour at most on its first day, a week at most afterwards.
    """
    longest = REFUND_PAUSE_LATER if age >= timedelta(days=1) else LONGEST_REFUND_PAUSE
    return min(max(age, CALL_TAKES), longest)


LEAST_CHARGE = 50
"""In hundredths of the currency's unit: what a card is charged at the least (Stripe, "Minimum and
maximum charge amounts": 0.50 USD, 0.50 EUR, 0.30 GBP, 2.00 AED).
"""
_LEAST_CHARGES = {"AED": 200, "GBP": 30, "JPY": 50, "SAR": 200}
"""In minor units, where it is another sum."""


def least_charge(currency: str) -> int:
    """What a coupon leaves to be paid to each seller at the least, in minor units."""
    precision = Money(0, currency).precision
    usual: int = LEAST_CHARGE * 10**precision // 100
    return _LEAST_CHARGES.get(currency, usual)


def is_as_shown(total: Money, expected: Money | None) -> bool:
    """Whether the sum is the one the buyer saw; who does not say what they saw agrees to any."""
    return expected is None or expected == total
