"""What may be announced of a drop."""

from __future__ import annotations

import re

from showfloor.offers.types import (
    COUNTDOWN_MS,
    LONGEST_PRESS_MS,
    LONGEST_WINDOW_MS,
    RUN_MS,
    VERSION,
    Terms,
)

_CURRENCY = re.compile(r"[A-Z]{3}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def wrong_in(terms: Terms) -> str | None:
    """The first thing that no drop may announce, in a sentence."""
    if terms.version != VERSION:
        return f"The log is of version {terms.version}, which this check does not know."
    if not terms.units or not 1 <= terms.per_person <= terms.units:
        return "The limit for a person is not between 1 and the units of the drop."
    if not terms.price or not _CURRENCY.fullmatch(terms.currency):
        return "The price is none."
    if not _within(terms.opens - terms.at, COUNTDOWN_MS):
        return "The drop was not announced 10 to 300 seconds before it opened."
    if not _within(terms.closes - terms.opens, RUN_MS):
        return "The drop does not run for 1 to 20 minutes."
    return _wrong_lot(terms)


def _wrong_lot(terms: Terms) -> str | None:
    if not terms.window:
        has_lot = terms.press or terms.seed_sha256
        return "A lot is announced without its window." if has_lot else None
    if terms.window > LONGEST_WINDOW_MS or not 1 <= terms.press <= LONGEST_PRESS_MS:
        return "The lot is open for longer than six seconds, or too short to press."
    if not _DIGEST.fullmatch(terms.seed_sha256):
        return "The seed of the lot was not sealed before the drop opened."
    return None


def _within(span: int, limits: tuple[int, int]) -> bool:
    shortest, longest = limits
    return shortest <= span <= longest
