"""How long recordings are kept: the table, and the rule that holds on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from showfloor.markets import rules
from showfloor.markets.errors import MarketUnknown
from showfloor.markets.service import get_keeping, keeping_rules, list_markets

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "days", "at_least"), [("GB", 365, None), ("CN", 1096, 1096), ("XX", 365, None)]
)
def test_country_has_its_own_rule_before_the_one_for_everywhere(
    country: str, days: int, at_least: int | None
) -> None:
    rule = rules.keeping(keeping_rules(), country, NOW.date())

    assert (rule.days, rule.at_least) == (days, at_least)


def test_rule_of_a_law_does_not_hold_before_it_was_in_force() -> None:
    early = date(2023, 6, 1)

    assert rules.keeping(keeping_rules(), "CN", early).at_least == 1096
    assert all(rule.since <= NOW.date() for rule in keeping_rules())


def test_every_market_has_a_rule_that_says_where_it_stands() -> None:
    for market in list_markets():
        rule = get_keeping(market.code, NOW)
        assert rule.source and rule.checked and rule.days >= (rule.at_least or 1)
    with pytest.raises(MarketUnknown):
        get_keeping("xx", NOW)
