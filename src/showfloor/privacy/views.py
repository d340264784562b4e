"""Values of `privacy` as others see them."""

from __future__ import annotations

from datetime import timedelta

from showfloor.kit import ids
from showfloor.privacy.schemas import (
    AgeCaseOut,
    CaseFiguresOut,
    CasePolicyOut,
    CaseReasonOut,
    LimitOut,
    OpenRequestOut,
)
from showfloor.privacy.types import Request
from showfloor.privacy.types.cases import AgeCase, Figures, Policy


def case_view(case: AgeCase) -> AgeCaseOut:
    return AgeCaseOut(
        id=ids.encode("case", case.id),
        about=case.about,
        source=case.source,
        by=case.by,
        reports=case.reports,
        opened_at=case.opened_at,
        due_at=case.due_at,
        reviewed_at=case.reviewed_at,
        appealed_at=case.appealed_at,
        proof=case.proof,
    )


def limit_view(case: AgeCase, policy: Policy) -> LimitOut:
    return LimitOut(
        since=case.opened_at,
        due_at=case.due_at,
        appealed_at=case.appealed_at,
        proofs=list(policy.proofs),
    )


def request_view(request: Request) -> OpenRequestOut:
    return OpenRequestOut(
        id=ids.encode("req", request.id),
        kind=request.kind,
        asked_at=request.asked_at,
        due_at=request.due_at,
    )


def figures_view(figures: Figures) -> CaseFiguresOut:
    return CaseFiguresOut(
        decided=figures.decided,
        overdue=figures.overdue,
        median_review_s=_seconds(figures.median_review),
        median_open_s=_seconds(figures.median_open),
    )


def policy_view(policy: Policy) -> CasePolicyOut:
    return CasePolicyOut(
        version=policy.version,
        reasons=[
            CaseReasonOut(decision=decision, reason=reason, proof=needs)
            for decision, reasons in policy.reasons.items()
            for reason, needs in reasons.items()
        ],
        proofs=list(policy.proofs),
        contact_reasons=list(policy.contact_reasons),
    )


def _seconds(time: timedelta | None) -> int | None:
    return None if time is None else int(time.total_seconds())
