"""Refusals of `privacy`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class TooManyOpenRequests(AppError):
    """Those that were asked are answered first."""

    code = "too_many_open_requests"
    status = 409


class RequestNotFound(AppError):
    """Also for an erasure, which ends by itself and not by a person's word."""

    code = "request_not_found"
    status = 404


class CaseNotFound(AppError):
    """Also for one that is not open any more."""

    code = "case_not_found"
    status = 404


class DecisionIncomplete(AppError):
    """`lacks` names what is missing: `reason`, `proof` or `words`."""

    code = "decision_incomplete"
    status = 422


class AlreadyAppealed(AppError):
    """One appeal is enough: an operator answers it."""

    code = "already_appealed"
    status = 409
