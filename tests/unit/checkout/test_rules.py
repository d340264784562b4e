"""What a provider's word does to a payment, in every order in which words may come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.checkout import rules
from showfloor.checkout.types import Discrepancy, PaymentState, ProviderStatus, Status
from showfloor.kit.money import Money
from showfloor.stock.types import LineState

STALE = (ProviderStatus.PENDING, ProviderStatus.NEEDS_CONFIRMATION, ProviderStatus.AUTHORIZED)
reports = st.lists(st.sampled_from(ProviderStatus), max_size=8)


def told(*words: ProviderStatus) -> PaymentState:
    state = PaymentState.STARTED
    for word in words:
        state = rules.advance(state, word)
    return state


@given(reports)
def test_paid_stays_paid_whatever_comes_later(later: list[ProviderStatus]) -> None:
    assert told(ProviderStatus.PAID, *later) is PaymentState.PAID


@given(reports)
def test_money_for_a_payment_that_was_given_up_goes_back(later: list[ProviderStatus]) -> None:
    money = {ProviderStatus.PAID, ProviderStatus.AUTHORIZED} & set(later)

    assert told(ProviderStatus.DECLINED, *later) is (
        PaymentState.VOIDING if money else PaymentState.DECLINED
    )
    assert told(ProviderStatus.VOIDED, *later) is (
        PaymentState.VOIDING if money else PaymentState.DECLINED
    )


@given(st.lists(st.sampled_from([*STALE, ProviderStatus.UNKNOWN]), max_size=8))
def test_a_promise_of_the_bank_outlives_what_was_said_before_it(
    stale: list[ProviderStatus],
) -> None:
    assert told(ProviderStatus.AUTHORIZED, *stale) is PaymentState.CAPTURING
    assert told(*stale, ProviderStatus.AUTHORIZED, *stale) is PaymentState.CAPTURING
    assert told(ProviderStatus.AUTHORIZED, *stale, ProviderStatus.PAID) is PaymentState.PAID


@pytest.mark.parametrize("end", [ProviderStatus.DECLINED, ProviderStatus.VOIDED])
def test_promise_that_ends_before_the_money_was_taken_is_a_declined_payment(
    end: ProviderStatus,
) -> None:
    assert told(ProviderStatus.AUTHORIZED, end) is PaymentState.DECLINED
    assert told(ProviderStatus.AUTHORIZED, end, ProviderStatus.PAID) is PaymentState.VOIDING


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (PaymentState.CAPTURING, ProviderStatus.AUTHORIZED),
        (PaymentState.DECLINED, ProviderStatus.VOIDED),
        (PaymentState.VOIDED, ProviderStatus.DECLINED),
        (PaymentState.PAID, ProviderStatus.DECLINED),
    ],
)
def test_what_repeats_what_is_known_is_not_asked_about(
    state: PaymentState, word: ProviderStatus
) -> None:
    assert rules.repeats(state, word)
    assert not rules.repeats(PaymentState.VOIDING, ProviderStatus.PAID)
    assert not rules.repeats(PaymentState.CAPTURING, ProviderStatus.DECLINED)


@given(reports, st.integers(0, 8))
def test_a_word_heard_twice_changes_nothing(words: list[ProviderStatus], place: int) -> None:
    place = min(place, len(words))
    repeated = [*words[:place], *words[max(place - 1, 0) : place], *words[place:]]

    assert told(*repeated) is told(*words)


@given(reports)
def test_unknown_tells_nothing(words: list[ProviderStatus]) -> None:
    assert told(*words) is told(*(word for word in words if word is not ProviderStatus.UNKNOWN))


@pytest.mark.parametrize("state", PaymentState)
def test_unfinished_payments_are_asked_about_and_no_others(state: PaymentState) -> None:
    assert (rules.look_again_after(state) is not None) == (
        state in rules.OPEN | {PaymentState.VOIDING}
    )


@pytest.mark.parametrize(
    ("payment", "hold", "ran_out", "status"),
    [
        (None, LineState.HELD, False, Status.OPEN),
        (None, LineState.HELD, True, Status.EXPIRED),
        (None, LineState.RELEASED, False, Status.EXPIRED),
        (PaymentState.STARTED, LineState.HELD, False, Status.PENDING),
        (PaymentState.PENDING, LineState.HELD, True, Status.PENDING),
        (PaymentState.NEEDS_CONFIRMATION, LineState.HELD, False, Status.NEEDS_CONFIRMATION),
        (PaymentState.NEEDS_CONFIRMATION, LineState.HELD, True, Status.NEEDS_CONFIRMATION),
        (PaymentState.NEEDS_CONFIRMATION, LineState.RELEASED, True, Status.EXPIRED),
        (PaymentState.CAPTURING, LineState.HELD, True, Status.PENDING),
        (PaymentState.DECLINED, LineState.HELD, False, Status.DECLINED),
        (PaymentState.DECLINED, LineState.HELD, True, Status.EXPIRED),
        (PaymentState.PAID, LineState.SETTLED, True, Status.PAID),
        (PaymentState.VOIDING, LineState.RELEASED, True, Status.EXPIRED),
        (PaymentState.VOIDING, LineState.HELD, False, Status.DECLINED),
        (PaymentState.VOIDED, LineState.HELD, False, Status.DECLINED),
        (PaymentState.VOIDED, LineState.HELD, True, Status.EXPIRED),
    ],
)
def test_buyer_is_told_where_the_purchase_stands(
    payment: PaymentState | None, hold: LineState, ran_out: bool, status: Status
) -> None:
    assert rules.status_of(payment, hold, ran_out=ran_out) is status


def test_sum_is_as_shown_only_in_amount_and_currency() -> None:
    shown = Money(1999, "GBP")

    assert rules.is_as_shown(shown, shown)
    assert rules.is_as_shown(shown, None)
    assert not rules.is_as_shown(shown, Money(1998, "GBP"))
    assert not rules.is_as_shown(shown, Money(1999, "USD"))


@pytest.mark.parametrize(
    ("state", "word", "wrong"),
    [
        (None, ProviderStatus.PAID, Discrepancy.UNKNOWN_TO_US),
        (None, ProviderStatus.DECLINED, None),
        (PaymentState.DECLINED, ProviderStatus.AUTHORIZED, Discrepancy.GIVEN_UP),
        (PaymentState.VOIDED, ProviderStatus.PAID, Discrepancy.GIVEN_UP),
        (PaymentState.VOIDED, ProviderStatus.VOIDED, None),
        (PaymentState.PAID, ProviderStatus.PAID, None),
        (PaymentState.PAID, ProviderStatus.VOIDED, Discrepancy.GIVEN_BACK_THERE),
        (PaymentState.PAID, ProviderStatus.AUTHORIZED, Discrepancy.NOT_TAKEN),
        (PaymentState.STARTED, ProviderStatus.PAID, None),
        (PaymentState.VOIDING, ProviderStatus.PAID, Discrepancy.GIVEN_UP),
    ],
)
def test_what_the_provider_s_list_says_of_a_payment_that_has_ended(
    state: PaymentState | None, word: ProviderStatus, wrong: Discrepancy | None
) -> None:
    assert rules.compare(state, word) is wrong


def test_refund_is_asked_about_less_and_less_often() -> None:
    age, asked = timedelta(seconds=1), list[timedelta]()
    while age < timedelta(days=30):
        asked.append(rules.refund_pause(age))
        age += asked[-1]

    assert asked == sorted(asked)
    assert (asked[0], asked[-1]) == (rules.CALL_TAKES, rules.REFUND_PAUSE_LATER)
    assert len(asked) < 50
