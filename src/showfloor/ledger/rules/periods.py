"""Months of a statement, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from showfloor.ledger.errors import PeriodInvalid

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def month(text: str) -> tuple[datetime, datetime]:
    """`2026-11`: its first moment, and the first one after it. Raises PeriodInvalid."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise PeriodInvalid
    year, number = int(found[1]), int(found[2])
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, 1, tzinfo=UTC), datetime(*following, 1, tzinfo=UTC)
