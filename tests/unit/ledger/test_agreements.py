"""Which rate is in force, against an oracle that lives through the days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit.money import Money
from showfloor.ledger import rules
from showfloor.ledger.types import Agreement, AgreementState, CommissionRow, Side

START = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCT, OTHER = UUID(int=5), UUID(int=6)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def proposed(number: int, rate: int, product_id: UUID | None = None) -> Agreement:
    sides = UUID(int=1), UUID(int=2)
    return Agreement(UUID(int=number + 10), *sides, product_id, rate, Side.MERCHANT, START)


def agreed(
    *rates: tuple[int, int], product_id: UUID | None = None, known: tuple[Agreement, ...] = ()
) -> tuple[Agreement, ...]:
    """(day, rate), each agreed on its day."""
    for number, rate in rates:
        now = day(number)
        new = proposed(number, rate, product_id)
        effective = rules.effective_from(known, product_id, rate, now)
        known = (*known, replace(new, agreed_at=now, effective_at=effective))
    return known


def rate_on(known: tuple[Agreement, ...], number: float, product_id: UUID | None = None) -> int:
    found = rules.in_force(known, product_id, day(number))
    return found.rate if found else 0


def test_raise_is_in_force_at_once_and_a_cut_after_thirty_days() -> None:
    known = agreed((0, 1000), (10, 1200), (20, 500))

    assert [rate_on(known, number) for number in (0, 9, 10, 20, 49.9, 50)] == [
        *(1000, 1000, 1200),
        *(1200, 1200, 500),
    ]


def test_cut_that_was_to_come_gives_way_to_what_is_agreed_next() -> None:
    known = agreed((0, 1000), (10, 500), (20, 800))

    assert [rate_on(known, number) for number in (39, 40, 49, 50)] == [1000, 1000, 1000, 800]


def test_rate_of_a_product_goes_before_that_of_all() -> None:
    known = agreed((1, 2000), product_id=PRODUCT, known=agreed((0, 1000)))

    assert rate_on(known, 2, PRODUCT) == 2000
    assert rate_on(known, 2, OTHER) == 1000
    assert rate_on(known, 2) == 1000


def test_first_rate_of_a_product_below_that_of_all_is_a_cut_too() -> None:
    known = agreed((1, 200), product_id=PRODUCT, known=agreed((0, 1000)))

    assert [rate_on(known, number, PRODUCT) for number in (1, 30.9, 31)] == [1000, 1000, 200]


def test_what_was_only_proposed_or_declined_counts_for_nothing() -> None:
    known = (proposed(1, 900), replace(proposed(2, 900), ended_at=day(2)))

    assert rate_on(known, 9) == 0
    states = [rules.state_of(each, known, day(9)) for each in known]
    assert states == [AgreementState.PROPOSED, AgreementState.ENDED]


def test_each_agreement_says_where_it_stands() -> None:
    known = agreed((0, 1000), (10, 1200), (20, 500))

    def states(number: int) -> list[str]:
        return [rules.state_of(each, known, day(number)).value for each in known]

    assert states(25) == ["past", "in_force", "to_come"]
    assert states(50) == ["past", "past", "in_force"]


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 9000)), max_size=6, unique_by=lambda x: x[0]
    )
)
def test_rate_is_that_of_an_oracle_that_lives_day_by_day(rates: list[tuple[int, int]]) -> None:
    """It keeps one rate and at most one cut to come; a new agreement takes its place."""
    by_day = dict(sorted(rates))
    known = agreed(*sorted(rates))
    now, pending = 0, None
    for number in range(140):
        if pending and pending[0] == number:
            now, pending = pending[1], None
        if number in by_day:
            rate = by_day[number]
            now, pending = (rate, None) if rate >= now else (now, (number + 30, rate))
        assert rate_on(known, number) == now


def test_pay_per_hour_is_what_was_earned_by_the_time_on_the_air() -> None:
    row = CommissionRow(
        UUID(int=1), UUID(int=2), 50_000, Money(4_000, "GBP"), timedelta(minutes=90)
    )

    assert row.per_hour == Money(2_667, "GBP")
    assert replace(row, on_air=timedelta(seconds=59)).per_hour is None
