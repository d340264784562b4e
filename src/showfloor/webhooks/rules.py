"""Pure decisions of `webhooks`: when to try again, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from showfloor.webhooks.types import DeliveryState, EndpointState, Outcome

MOST_ENDPOINTS = 10
"""Of one merchant."""
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=18),
    timedelta(hours=20),
)
"""After each attempt but the last: eleven attempts over three days, as Standard Webhooks 1.0
recommends.
"""
GIVEN_UP_AFTER = timedelta(days=3)
JITTER = 0.1
"""A pause is longer or shorter by at most this share, so that what failed together does not come
back together.
"""
LONGEST_RETRY_AFTER = timedelta(days=1)
ATTEMPT_SECONDS = 15.0
"""In which an endpoint has to answer (Standard Webhooks: 15 to 30 s)."""
CLAIMED_FOR = timedelta(seconds=45)
"""Longer than an attempt lasts: what is still claimed by then lost its worker."""
PATIENCE = 4
"""Failures in a row after which an endpoint is asked less and less often."""
LONGEST_REST = timedelta(minutes=5)
"""Between two attempts at an endpoint that takes nothing: soon after it is back it gets what
is due.
"""
SWITCHED_OFF_AFTER = timedelta(days=5)
"""An endpoint that took nothing for so long."""
BOTH_SIGN = timedelta(days=1)
"""After a new secret was made, the one before it signs, too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt makes of its delivery and of its endpoint."""

    state: DeliveryState
    next_at: datetime
    endpoint: EndpointState = EndpointState.ON
    resume_at: datetime | None = None


def judge(
    outcome: Outcome,
    *,
    attempts: int,
    since: datetime,
    failures: int,
    failing_since: datetime | None,
    now: datetime,
    chance: float,
) -> Verdict:
    """`attempts` and `failures` (in a row, at the endpoint) count this one; `since` is when the
    first attempt was due. `chance` is drawn evenly from 0 to 1.
    """
    if outcome.delivered:
        return Verdict(DeliveryState.DELIVERED, now)
    if outcome.gone:
        return Verdict(DeliveryState.FAILED, now, EndpointState.GONE)
    asked = _asked_to_wait(outcome)
    pause = pause_after(attempts, chance)
    rest = max(asked, rest_after(failures))
    resume_at = now + rest if rest else None
    tired = failing_since is not None and now - failing_since > SWITCHED_OFF_AFTER
    endpoint = EndpointState.FAILING if tired else EndpointState.ON
    if pause is None or is_too_old(since, now):
        return Verdict(DeliveryState.FAILED, now, endpoint, resume_at)
    return Verdict(DeliveryState.WAITING, now + max(pause, asked), endpoint, resume_at)


def pause_after(attempts: int, chance: float) -> timedelta | None:
    """Until the next attempt; None when that was the last."""
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * (1 - JITTER + 2 * JITTER * chance)


def rest_after(failures: int) -> timedelta:
    """How long an endpoint with so many failures in a row is left alone."""
    if failures < PATIENCE:
        return timedelta(0)
    return min(timedelta(seconds=1 << min(failures - PATIENCE, 20)), LONGEST_REST)


def is_too_old(since: datetime, now: datetime) -> bool:
    return now - since > GIVEN_UP_AFTER


def _asked_to_wait(outcome: Outcome) -> timedelta:
    """Retry-After (RFC 9110 §10.2.3), which also goes for all other messages to the endpoint."""
    return min(timedelta(seconds=outcome.retry_after or 0), LONGEST_RETRY_AFTER)
