"""Which option holds for which goods, what it costs, and when it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.delivery import rules
from showfloor.delivery.types import DeliveryOption, Step, Terms
from showfloor.kit import ids
from showfloor.kit.money import Money

TERMS = Terms(
    name={"en": "Standard", "ar": "عادي"},
    countries=("GB", "IE"),
    currency="GBP",
    steps=(Step(0, 395), Step(5000, 195)),
    free_from=8000,
    handling_days=1,
    days_from=2,
    days_to=4,
)
WEEKEND = (6, 7)
THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("goods", "price"), [(0, 395), (4999, 395), (5000, 195), (7999, 195), (8000, 0), (10**9, 0)]
)
def test_price_is_that_of_the_last_step_reached(goods: int, price: int) -> None:
    assert rules.price_of(TERMS, goods) == price


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**5)), max_size=6),
    st.integers(0, 10**6),
    st.none() | st.integers(1, 10**6),
    st.integers(0, 2 * 10**6),
)
def test_price_equals_the_slow_oracles(
    later: list[tuple[int, int]], first: int, free_from: int | None, goods: int
) -> None:
    rising = dict(sorted(later))
    steps = (Step(0, first), *(Step(start, price) for start, price in rising.items()))
    terms = replace(TERMS, steps=steps, free_from=free_from)

    expected = first
    for value in range(goods + 1) if goods < 500 else sorted(rising):
        if value <= goods:
            expected = rising.get(value, expected)
    expected = 0 if free_from is not None and goods >= free_from else expected
    assert rules.price_of(terms, goods) == expected


@pytest.mark.parametrize(
    ("start", "days", "arrives"),
    [
        (THURSDAY, 0, THURSDAY),
        (THURSDAY, 1, date(2026, 11, 27)),
        (THURSDAY, 2, date(2026, 11, 30)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 12, 1)),
        (date(2026, 12, 30), 3, date(2027, 1, 4)),
    ],
)
def test_nothing_arrives_on_a_weekend(start: date, days: int, arrives: date) -> None:
    assert rules.working_day(start, days, WEEKEND) == arrives


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 40))
def test_working_days_are_counted_one_by_one(start: date, days: int) -> None:
    found = rules.working_day(start, days, (5, 6))

    between = [start + timedelta(days=n) for n in range((found - start).days + 1)]
    working = [day for day in between if day.isoweekday() not in (5, 6)]
    assert found.isoweekday() not in (5, 6) and len(working) == days + 1


def test_offers_are_those_that_reach_the_country_cheapest_first() -> None:
    seller = ids.new()
    options = [
        DeliveryOption(ids.new(), seller, replace(TERMS, steps=(Step(0, 900),), free_from=None)),
        DeliveryOption(ids.new(), seller, TERMS),
        DeliveryOption(ids.new(), seller, replace(TERMS, countries=("FR",))),
        DeliveryOption(ids.new(), seller, replace(TERMS, currency="EGP")),
    ]

    found = rules.offers(
        options, country="IE", goods=Money(2200, "GBP"), day=THURSDAY, weekend=WEEKEND
    )

    assert [(offer.option.id, offer.price.amount) for offer in found] == [
        (options[1].id, 395),
        (options[0].id, 900),
    ]
    assert (found[0].earliest, found[0].latest) == (date(2026, 12, 1), date(2026, 12, 3))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, []),
        ({"name": {"en": "Standard"}}, [("name", "needed_in_every_language")]),
        ({"name": {"en": " ", "ar": "ع"}}, [("name", "needed_in_every_language")]),
        ({"countries": ()}, [("countries", "missing_or_repeated")]),
        ({"countries": ("GB", "GB")}, [("countries", "missing_or_repeated")]),
        ({"countries": ("XX",)}, [("countries", "unknown_country")]),
        ({"currency": "XYZ"}, [("currency", "currency_unknown")]),
        ({"steps": ()}, [("steps", "begin_at_zero")]),
        ({"steps": (Step(1, 1),)}, [("steps", "begin_at_zero")]),
        ({"steps": (Step(0, 1), Step(0, 2))}, [("steps", "not_rising")]),
        ({"steps": (Step(0, -1),)}, [("steps", "out_of_range")]),
        ({"free_from": 0}, [("free_from", "out_of_range")]),
        ({"handling_days": 91}, [("handling_days", "out_of_range")]),
        ({"days_from": 5}, [("days_to", "out_of_range")]),
    ],
)
def test_option_that_does_not_fit_together_says_where(
    change: dict[str, object], problem: list[tuple[str, str]]
) -> None:
    assert rules.problems(replace(TERMS, **change)) == problem  # type: ignore[arg-type]  # as named
