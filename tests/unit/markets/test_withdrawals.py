"""Where the law lets nobody withdraw from the purchase of some goods."""

from __future__ import annotations

from datetime import date

import pytest

from showfloor.kit import messages
from showfloor.markets import service
from showfloor.markets.types import NoWithdrawal
from showfloor.orders.types import LOST_LATER

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("exception", NoWithdrawal)
@pytest.mark.parametrize("country", ["GB", "DE", "IE"])
def test_every_class_is_an_exception_in_the_union_and_in_the_kingdom(
    exception: NoWithdrawal, country: str
) -> None:
    rule = service.find_withdrawal_rule(exception, country, TODAY)

    assert rule is not None
    # What is kept with an order knows when the right is lost without looking the law up again.
    assert rule.lost_later == (exception in LOST_LATER)
    assert service.find_withdrawal_rule(exception, country, date(2014, 6, 12)) is None


def test_right_is_lost_at_once_only_where_the_law_waits_for_nothing() -> None:
    """Directive 2011/83/EU art 16(e), (f), (i); SI 2013/3134 reg 28(3): seals and mixing are what
    the buyer does after delivery.
    """
    at_once = {rule.exception for rule in service.withdrawal_rules() if not rule.lost_later}

    assert {each.value for each in at_once} == {"made_to_measure", "perishable", "press"}


def test_egypts_law_is_looked_up_from_the_day_it_came_into_force() -> None:
    found = service.find_withdrawal_rule
    day = date(2018, 12, 14)

    assert found(NoWithdrawal.MADE_TO_MEASURE, "EG", day) is not None
    assert found(NoWithdrawal.MADE_TO_MEASURE, "EG", date(2018, 12, 13)) is None
    # A magazine is an exception only once it is unwrapped, which `press` does not say.
    assert found(NoWithdrawal.PRESS, "EG", TODAY) is None


def test_where_nobody_looked_the_law_up_nothing_is_an_exception() -> None:
    assert service.find_withdrawal_rule(NoWithdrawal.PERISHABLE, "US", TODAY) is None
    assert service.find_withdrawal_rule(NoWithdrawal.SEALED_HYGIENE, "EG", TODAY) is None


def test_every_rule_says_where_it_stands_and_every_class_has_a_sentence() -> None:
    for rule in service.withdrawal_rules():
        assert rule.source and rule.checked >= rule.since
    for exception in NoWithdrawal:
        for lang in messages.LANGUAGES:
            assert messages.translate(lang, f"withdrawal.{exception.value}")
