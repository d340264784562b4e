"""Which age may do what: a table of dated rules, and the pure function that reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from showfloor.markets.types import (
    EVERYWHERE,
    AgePolicy,
    AgeRule,
    Band,
    Capability,
    Decision,
    KeepingRule,
    NoWithdrawal,
    Outcome,
    ProofRule,
    TaxRule,
    WithdrawalRule,
)

DENIED = Decision(Outcome.DENY)
"""Where no rule is in force nothing is allowed."""
R = TypeVar("R", AgeRule, ProofRule, KeepingRule, TaxRule, WithdrawalRule)


def decide(
    policy: AgePolicy, band: Band, country: str, capability: Capability, day: date
) -> Decision:
    """What somebody of this band may do in this country on this day of its calendar.

    A country's own rule comes before the one for everywhere; of several, the newest in force.
    """
    rules = (rule for rule in policy.rules if rule.capability is capability)
    rule = _newest(rules, country, day)
    if rule is None:
        return DENIED
    if band.youngest >= rule.alone_from:
        return Decision(Outcome.ALLOW, rule=rule)
    if rule.with_parent_from is None or band.youngest < rule.with_parent_from:
        return Decision(Outcome.DENY, rule=rule)
    return Decision(Outcome.ASK_PARENT, rule.each_time, rule.off_by_default, rule)


def strictest(decisions: Iterable[Decision]) -> Decision:
    """Where it is not known which country's rules hold; of none, nothing is allowed."""
    order = list(Outcome)
    return min(decisions, key=lambda decision: order.index(decision.outcome), default=DENIED)


def proofs_in_force(policy: AgePolicy, country: str, day: date) -> list[ProofRule]:
    """The proofs of age that count in this country on this day, each by its newest rule."""
    kinds = sorted({rule.proof for rule in policy.proofs})
    newest = (
        _newest((rule for rule in policy.proofs if rule.proof == kind), country, day)
        for kind in kinds
    )
    return [rule for rule in newest if rule is not None]


def keeping(rules: Iterable[KeepingRule], country: str, day: date) -> KeepingRule:
    """The rule in force; there is one for everywhere."""
    rule = _newest(rules, country, day)
    assert rule is not None
    return rule


def tax(rules: Iterable[TaxRule], country: str, day: date) -> TaxRule | None:
    """The rule in force there; None where nobody looked it up."""
    return _newest(rules, country, day)


def withdrawal(
    rules: Iterable[WithdrawalRule], exception: NoWithdrawal, country: str, day: date
) -> WithdrawalRule | None:
    """The rule in force there; None where goods of this class are like all others."""
    return _newest((rule for rule in rules if rule.exception is exception), country, day)


def _newest(rules: Iterable[R], country: str, day: date) -> R | None:
    in_force = [rule for rule in rules if rule.since <= day]
    own = [rule for rule in in_force if country in rule.countries]
    general = [rule for rule in in_force if EVERYWHERE in rule.countries]
    return max(own or general, key=lambda rule: rule.since, default=None)
