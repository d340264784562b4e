"""Where goods may be sent, and what a page shows next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from showfloor.checkout import rules
from showfloor.checkout.types import PaymentState, ProviderStatus, Status, StepKind
from showfloor.orders.types import Address


def address(country: str = "GB", postal_code: str | None = "BS1 4DJ") -> Address:
    return Address("Sofia", "48 Alder Street", None, "Bristol", postal_code, country)


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        (address(), []),
        (address("XX"), [("country", "country_unknown")]),
        (address("FR"), [("postal_code", "postal_code_invalid")]),
        (address(postal_code=None), [("postal_code", "missing")]),
        (address(postal_code="12345"), [("postal_code", "postal_code_invalid")]),
        (address("US", "94107"), []),
        (address("US", "9410"), [("postal_code", "postal_code_invalid")]),
        (address("AE", None), []),
    ],
)
def test_address_is_one_that_can_be(sent: Address, problems: list[tuple[str, str]]) -> None:
    assert rules.address_problems(sent) == problems


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (Status.OPEN, StepKind.FORM),
        (Status.DECLINED, StepKind.FORM),
        (Status.PENDING, StepKind.WAIT),
        (Status.NEEDS_CONFIRMATION, StepKind.CONFIRM),
    ],
)
def test_page_shows_the_usual_thing_without_a_word_of_the_provider(
    status: Status, step: StepKind
) -> None:
    found = rules.next_step(status, None)

    assert found is not None and found.kind is step


@pytest.mark.parametrize("status", [Status.PAID, Status.EXPIRED])
def test_nothing_comes_after_the_end(status: Status) -> None:
    assert rules.next_step(status, None) is None


@pytest.mark.parametrize(
    ("state", "word", "repeats"),
    [
        (PaymentState.PAID, ProviderStatus.PAID, True),
        (PaymentState.PAID, ProviderStatus.DECLINED, True),
        (PaymentState.DECLINED, ProviderStatus.DECLINED, True),
        (PaymentState.DECLINED, ProviderStatus.PAID, False),
        (PaymentState.PENDING, ProviderStatus.PENDING, False),
        (PaymentState.VOIDED, ProviderStatus.PAID, False),
    ],
)
def test_word_that_changes_nothing_is_known_as_such(
    state: PaymentState, word: ProviderStatus, repeats: bool
) -> None:
    assert rules.repeats(state, word) is repeats
    if repeats:
        assert rules.advance(state, word) is state


@pytest.mark.parametrize(
    ("state", "wait"),
    [
        (PaymentState.STARTED, timedelta(seconds=15)),
        (PaymentState.PENDING, timedelta(seconds=1)),
        (PaymentState.NEEDS_CONFIRMATION, timedelta(seconds=5)),
        (PaymentState.VOIDING, timedelta(seconds=2)),
        (PaymentState.PAID, None),
        (PaymentState.DECLINED, None),
        (PaymentState.VOIDED, None),
    ],
)
def test_provider_is_asked_again_about_what_is_not_finished(
    state: PaymentState, wait: timedelta | None
) -> None:
    assert rules.look_again_after(state) == wait


@pytest.mark.parametrize("late", [PaymentState.DECLINED, PaymentState.VOIDED])
def test_late_money_goes_back_until_the_provider_says_it_did(late: PaymentState) -> None:
    going_back = rules.advance(late, ProviderStatus.PAID)

    assert going_back is PaymentState.VOIDING
    assert rules.status_of_attempt(going_back) is Status.EXPIRED
