"""Pure decisions of `notices`."""

from __future__ import annotations

from datetime import timedelta

from showfloor.notices.types import Delivery, MailState, Outcome

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(days=3)
"""As long as a mail server itself tries (RFC 5321 §4.5.4.1 says four to five days at least for one
that has promised delivery; we have promised nothing yet, and the order's page says it all).
"""
ATTEMPT_TAKES = timedelta(minutes=10)
"""Longer than one attempt lasts: a mail that is still claimed by then lost its worker."""


def pause_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt, doubling."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 12)), LONGEST_PAUSE)


def state_after(delivery: Delivery, age: timedelta) -> MailState:
    """What an attempt makes of a mail that is so old."""
    match delivery.outcome:
        case Outcome.SENT:
            return MailState.SENT
        case Outcome.REFUSED:
            return MailState.PARKED
        case Outcome.LATER | Outcome.UNKNOWN:
            return MailState.PARKED if age > GIVEN_UP_AFTER else MailState.WAITING
