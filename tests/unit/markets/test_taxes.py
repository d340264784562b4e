"""The table of value added tax, and the function that reads it."""

from __future__ import annotations

from datetime import date

import pytest

from showfloor.markets import service
from showfloor.markets.service import _read_groups

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("GB", TODAY, 2000),
        ("DE", TODAY, 1900),
        ("FI", TODAY, 2550),
        ("HU", TODAY, 2700),
        ("LU", TODAY, 1700),
        ("AE", TODAY, 500),
        ("EG", TODAY, 1400),
        ("SA", date(2020, 6, 30), 500),
        ("SA", date(2020, 7, 1), 1500),
        ("EE", date(2025, 6, 30), None),
        ("US", TODAY, None),
    ],
)
def test_rate_is_the_newest_in_force(country: str, day: date, rate: int | None) -> None:
    rule = service.find_tax(country, day)

    assert (rule.rate if rule else None) == rate


def test_every_market_and_every_state_of_the_union_has_a_rate() -> None:
    countries = {market.country for market in service.list_markets()} | set(_read_groups()["EU"])

    assert {each for each in countries if service.find_tax(each, TODAY) is None} == set()


def test_every_rule_says_where_it_stands_and_when_somebody_looked() -> None:
    for rule in service.tax_rules():
        assert rule.source and rule.checked >= rule.since and 0 < rule.rate < 5000
        # Nobody's memory says what stands on an order.
        assert rule.known in ("read", "secondary")


def test_tax_of_the_buyers_country_holds_inside_the_union_alone() -> None:
    assert [service.is_in_union(each) for each in ("DE", "IE", "GB", "EG")] == [
        True,
        True,
        False,
        False,
    ]
