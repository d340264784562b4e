"""Months of a statement, in UTC, and when their books close."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from showfloor.ledger.errors import PeriodInvalid

CLOSES_AFTER = timedelta(days=3)
"""The books of a month are open so long after its end: who was away for a weekend catches up."""
_SURELY_COMMITTED = timedelta(hours=1)
"""No transaction that began before the books closed is open so long."""

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def month(text: str) -> tuple[datetime, datetime]:
    """`2026-11`: its first moment, and the first one after it. Raises PeriodInvalid."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise PeriodInvalid
    since = datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)
    return since, _following(since)


def posting_date(at: datetime, now: datetime) -> datetime | None:
    """When something that happened `at` counts, if not then: the books of its month are closed, so
    it counts in the month in which it reaches them, and what was printed stays true.
    """
    return None if now < _following(at) + CLOSES_AFTER else now


def final_at(until: datetime) -> datetime:
    """From when on nothing is added to the month that ends at `until`."""
    return until + CLOSES_AFTER + _SURELY_COMMITTED


def _following(moment: datetime) -> datetime:
    """The first moment of the month after the one of a moment."""
    moment = moment.astimezone(UTC)
    years, number = divmod(moment.month, 12)
    return datetime(moment.year + years, number + 1, 1, tzinfo=UTC)
