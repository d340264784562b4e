"""Where the law lets nobody withdraw from the purchase of some goods."""

from __future__ import annotations

from datetime import date

import pytest

from showfloor.kit import messages
from showfloor.markets import service
from showfloor.markets.types import NoWithdrawal
from showfloor.orders.types import ONLY_UNSEALED

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("exception", NoWithdrawal)
@pytest.mark.parametrize("country", ["GB", "DE", "IE"])
def test_every_class_is_an_exception_in_the_union_and_in_the_kingdom(
    exception: NoWithdrawal, country: str
) -> None:
    rule = service.find_withdrawal_rule(exception, country, TODAY)

    assert rule is not None
    # What is kept with an order knows the seal without looking the law up again.
    assert rule.unsealed == (exception in ONLY_UNSEALED)
    assert service.find_withdrawal_rule(exception, country, date(2014, 6, 12)) is None


def test_where_nobody_looked_the_law_up_nothing_is_an_exception() -> None:
    assert service.find_withdrawal_rule(NoWithdrawal.PERISHABLE, "US", TODAY) is None
    assert service.find_withdrawal_rule(NoWithdrawal.SEALED_HYGIENE, "EG", TODAY) is None


def test_every_rule_says_where_it_stands_and_every_class_has_a_sentence() -> None:
    for rule in service.withdrawal_rules():
        assert rule.source and rule.checked >= rule.since
    for exception in NoWithdrawal:
        for lang in messages.LANGUAGES:
            assert messages.translate(lang, f"withdrawal.{exception.value}")
