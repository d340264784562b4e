"""When a recording is deleted, and what a host may choose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from showfloor.markets.types import KeepingRule
from showfloor.replays.errors import KeptTooBriefly
from showfloor.replays.rules import check_keeping, keep_until

ENDED = datetime(2026, 11, 26, 20, tzinfo=UTC)
A_YEAR = KeepingRule(
    frozenset({"*"}), date(2023, 1, 1), 365, None, "own", date(2026, 11, 26), "own"
)
THREE_YEARS = replace(A_YEAR, days=1096, at_least=1096)


@pytest.mark.parametrize(
    ("days", "rule", "kept"),
    [(None, A_YEAR, 365), (30, A_YEAR, 30), (None, THREE_YEARS, 1096), (30, THREE_YEARS, 1096)],
)
def test_host_s_choice_comes_first_and_the_law_before_it(
    days: int | None, rule: KeepingRule, kept: int
) -> None:
    assert keep_until(days, ENDED, rule) == ENDED + timedelta(days=kept)


@pytest.mark.parametrize(
    ("days", "ended_at", "rule", "now", "least"),
    [
        (1095, None, THREE_YEARS, 0, 1096),
        (30, ENDED, THREE_YEARS, 0, 1096),
        (30, ENDED, A_YEAR, 30, 31),
        (None, ENDED, A_YEAR, 400, 401),
    ],
)
def test_too_few_days_are_refused_with_the_least_that_is_possible(
    days: int | None, ended_at: datetime | None, rule: KeepingRule, now: int, least: int
) -> None:
    with pytest.raises(KeptTooBriefly) as refused:
        check_keeping(days, ended_at, rule, ENDED + timedelta(days=now))

    assert refused.value.params == {"count": least}
    check_keeping(least, ended_at, rule, ENDED + timedelta(days=now))
