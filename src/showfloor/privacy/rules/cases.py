"""What a policy decides about a suspicion: pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from statistics import median

from showfloor.privacy.types.cases import AgeCase, Closing, Decision, Figures, Policy
from showfloor.privacy.types.evidence import Actor

LEAST_SENTENCE = 10
"""Characters. Shorter is no reason that somebody could read later."""
OVERDUE = "not_decided_in_time"
"""The reason of the default."""
ERASED = "erased_at_own_request"
"""The reason where the person had themselves erased before anybody decided."""


def problem_of_closing(policy: Policy, closing: Closing) -> str | None:
    """What a decision lacks: `reason`, `proof` or `words`; None where nothing."""
    reasons = policy.reasons[closing.decision]
    if closing.reason not in reasons:
        return "reason"
    if closing.proof is not None and closing.proof not in policy.proofs:
        return "proof"
    if reasons[closing.reason] and closing.proof is None:
        return "proof"
    if len(closing.words) < LEAST_SENTENCE:
        return "words"
    return None


def is_quiet(policy: Policy, before: AgeCase, by: Actor, now: datetime) -> bool:
    """Whether somebody brings up again what an operator has answered: it is counted, and limits
    nobody. A show's team and a seller may know more than what was answered without a proof; against
    one that was seen operators alone are heard.
    """
    if before.decision is not Decision.ADULT or by not in (Actor.VISITOR, Actor.TEAM):
        return False
    if by is Actor.TEAM and before.proof is None:
        return False
    assert before.decided_at is not None
    return now - before.decided_at < policy.quiet[before.proof is not None]


def digest_of_words(salt: bytes, words: str) -> str:
    """Proves later what the sentence was, as long as its salt is kept with it; without the salt
    nobody can try out sentences.
    """
    return sha256(salt + words.encode()).hexdigest()


def figures(decided: list[AgeCase]) -> Figures:
    """Of cases that a person or the deadline decided."""
    looked = [
        each.decided_at - each.reviewed_at
        for each in decided
        if each.decided_at and each.reviewed_at and each.reason
    ]
    lasted = [each.decided_at - each.opened_at for each in decided if each.decided_at]
    return Figures(
        decided=len(decided),
        overdue=sum(each.reason == OVERDUE for each in decided),
        median_review=_median(looked),
        median_open=_median(lasted),
    )


def _median(times: list[timedelta]) -> timedelta | None:
    if not times:
        return None
    return timedelta(seconds=median(each.total_seconds() for each in times))
