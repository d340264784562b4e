"""What a price may be shown as reduced from (CO-02), against an oracle that looks at every hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from showfloor.catalog import rules
from showfloor.catalog.types import PricePoint, TimedPrice

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, PERIOD = 24, 30 * 24
"""In hours."""
CHANGES = st.lists(st.tuples(st.integers(0, 120 * DAY), st.integers(1, 4)), max_size=9)
NOW = st.integers(0, 130 * DAY)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def history(*changes: tuple[int, int]) -> list[PricePoint]:
    """(hour, price), those of the same hour in the order in which they were set."""
    return [
        PricePoint(at(hour), price) for hour, price in sorted(changes, key=lambda each: each[0])
    ]


def asked(points: list[PricePoint], hour: int) -> int | None:
    """What the variant cost in an hour; None before it was sold."""
    before = [point.amount for point in points if point.since <= at(hour)]
    return before[-1] if before else None


def oracle(
    points: list[PricePoint], now: int, timed: Sequence[TimedPrice] = ()
) -> PricePoint | None:
    """Hour by hour, as the law says it."""
    current, began = asked(points, now), now
    while began > 0 and asked(points, began - 1) == current:
        began -= 1
    earlier = [asked(points, hour) for hour in range(began - PERIOD, began)]
    known = [price for price in earlier if price is not None]
    if current is None or len(known) < len(earlier) or now - began >= PERIOD:
        return None
    known += [
        each.amount
        for each in timed
        for hour in range(began - PERIOD, began)
        if each.since <= at(hour) < each.until
    ]
    return PricePoint(at(began + PERIOD), min(known)) if min(known) > current else None


@given(CHANGES, NOW)
def test_prior_price_is_the_oracles(changes: list[tuple[int, int]], now: int) -> None:
    points = history(*changes)

    assert rules.prior_price(points, at(now)) == oracle(points, now)


@given(CHANGES, NOW, st.lists(st.tuples(st.integers(0, 120 * DAY), st.integers(1, 4)), max_size=3))
def test_price_of_a_drop_was_asked_as_well(
    changes: list[tuple[int, int]], now: int, drops: list[tuple[int, int]]
) -> None:
    points = history(*changes)
    timed = [TimedPrice(at(hour), at(hour + 1), price) for hour, price in drops]

    assert rules.prior_price(points, at(now), timed) == oracle(points, now, timed)


@given(CHANGES, NOW)
def test_history_that_is_cut_says_the_same(changes: list[tuple[int, int]], now: int) -> None:
    """The database is asked for sixty days and the price with which they began."""
    points, start = history(*changes), at(now) - rules.HISTORY_NEEDED
    before = [point for point in points if point.since <= start][-1:]
    later = [point for point in points if start < point.since <= at(now)]

    assert rules.prior_price([*before, *later], at(now)) == rules.prior_price(points, at(now))


def test_reduction_names_the_lowest_price_of_thirty_days() -> None:
    points = history((0, 100), (20 * DAY, 90), (25 * DAY, 110), (40 * DAY, 80))

    assert rules.prior_price(points, at(40 * DAY)) == PricePoint(at(70 * DAY), 90)
    assert rules.prior_price(points, at(70 * DAY - 1)) == PricePoint(at(70 * DAY), 90)
    assert rules.prior_price(points, at(70 * DAY)) is None


def test_price_that_was_raised_to_be_cut_is_no_reduction() -> None:
    """The trick that the rule is for: 50, a day of 100, then 70 "instead of 100"."""
    points = history((0, 50), (60 * DAY, 100), (61 * DAY, 70))

    assert rules.prior_price(points, at(61 * DAY)) is None


def test_second_cut_is_compared_with_the_first() -> None:
    points = history((0, 100), (40 * DAY, 80), (45 * DAY, 60))

    prior = rules.prior_price(points, at(45 * DAY))

    assert prior is not None
    assert prior.amount == 80


def test_goods_sold_for_less_than_thirty_days_have_no_reduction() -> None:
    points = history((0, 100), (29 * DAY, 80))

    assert rules.prior_price(points, at(29 * DAY)) is None


def test_price_that_was_never_asked_proves_nothing() -> None:
    """Set high and cut in the same moment."""
    points = history((0, 50), (40 * DAY, 100), (40 * DAY, 40))

    prior = rules.prior_price(points, at(40 * DAY))

    assert prior is not None
    assert prior.amount == 50


def test_change_of_clocks_moves_nothing() -> None:
    """British clocks went forward on 29 March 2026: thirty days are 720 hours all the same."""
    cut = datetime(2026, 4, 1, tzinfo=UTC)
    points = [PricePoint(cut - timedelta(days=30), 100), PricePoint(cut, 80)]
    short = [PricePoint(cut - timedelta(days=30) + timedelta(seconds=1), 100), points[1]]

    assert rules.prior_price(points, cut) == PricePoint(cut + timedelta(days=30), 100)
    assert rules.prior_price(short, cut) is None
