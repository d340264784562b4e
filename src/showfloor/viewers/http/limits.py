"""JSON routes of accounts whose age is doubted."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import clock
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.privacy import service as privacy
from showfloor.privacy.errors import AlreadyAppealed, CaseNotFound, DecisionIncomplete
from showfloor.privacy.schemas import AppealIn
from showfloor.viewers.http.who import CurrentViewer
from showfloor.viewers.schemas import SuspectIn, ViewerLimitOut
from showfloor.viewers.service import limits
from showfloor.viewers.views import viewer_limit_view

router = APIRouter(prefix="/api/v1")
VIEWER, OPERATOR = ["viewer"], ["operator"]


@router.get("/viewer/limit", tags=[*VIEWER], responses=refusals(NotAuthenticated))
async def get_limit(session: SessionDep, viewer: CurrentViewer) -> ViewerLimitOut:
    """Whether this account is limited for now, until when somebody decides, and how to appeal."""
    return viewer_limit_view(
        await limits.find_case(session, viewer=viewer), privacy.suspicion_policy(clock.now())
    )


@router.post(
    "/viewer/appeal",
    tags=[*VIEWER],
    responses=refusals(
        NotAuthenticated, CsrfFailed, CaseNotFound, AlreadyAppealed, DecisionIncomplete
    ),
)
async def appeal(body: AppealIn, session: SessionDep, viewer: CurrentViewer) -> ViewerLimitOut:
    """Ask an operator to look at it, and say what one can show. What is shown is not kept."""
    await limits.appeal(session, viewer=viewer, proof=body.proof)
    return viewer_limit_view(
        await limits.find_case(session, viewer=viewer), privacy.suspicion_policy(clock.now())
    )


@router.post(
    "/safety/reports",
    status_code=204,
    tags=[*OPERATOR],
    responses=refusals(NotAuthenticated, CsrfFailed, Forbidden),
)
async def suspect_account(
    body: SuspectIn, request: Request, session: SessionDep, person: CurrentPerson
) -> None:
    """For operators: say that the owner of an account may be a child. The answer is the same
    whether the address has one or not.
    """
    if not person.is_operator:
        raise Forbidden
    await limits.report_address(
        session, secret=request.app.state.settings.secret, email=body.email.lower()
    )
