"""Pure decisions of `notices`."""

from __future__ import annotations

from datetime import timedelta

from showfloor.identity.types import Role
from showfloor.notices.types import Delivery, MailState, Outcome

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(days=3)
"""Shorter than the four to five days of a mail server that has promised delivery (RFC 5321
§4.5.4.1): we have promised nothing yet, and the order's page says it all.
"""
UNKNOWN_ATTEMPTS = 3
"""Attempts after which nobody knowing whether the mail was taken is its end: a server that takes
mails and never says so would get one about forty times otherwise.
"""
ATTEMPT_TAKES = timedelta(minutes=30)
"""Longer than one attempt lasts, which waits ten minutes for each of DATA's two answers: a mail
that is still claimed by then lost its worker.
"""


def pause_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt, doubling."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 12)), LONGEST_PAUSE)


def state_after(delivery: Delivery, age: timedelta, attempts: int) -> MailState:
    """What one of the attempts makes of a mail that is so old."""
    match delivery.outcome:
        case Outcome.SENT:
            return MailState.SENT
        case Outcome.REFUSED:
            return MailState.PARKED
        case Outcome.UNKNOWN if attempts >= UNKNOWN_ATTEMPTS:
            return MailState.PARKED
        case Outcome.LATER | Outcome.UNKNOWN:
            return MailState.PARKED if is_too_old(age) else MailState.WAITING


def is_too_old(age: timedelta) -> bool:
    """Whether a mail that waited so long is news to nobody."""
    return age > GIVEN_UP_AFTER


NEWS_PAUSE = timedelta(minutes=5)
"""Between two mails about the orders of one merchant. The first fact after a pause is written about
at once; what comes meanwhile goes into the next mail, so that a drop of a hundred orders makes two
mails and no day more than 288. Five minutes, because a parcel waits for hours and the shortest
deadline behind any of it is a day.
"""
MOST_LINES = 20
"""Orders that one mail names; the others are counted, and the desk has them all."""


def wants_news(role: Role, choice: bool | None) -> bool:
    """Whether a member who may send goods is written to: as they chose, or else owners are."""
    return role is Role.OWNER if choice is None else choice
