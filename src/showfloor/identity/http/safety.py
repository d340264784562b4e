"""JSON routes of the operators: suspicions, requests and what the gate counts."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http.who import CurrentPerson
from showfloor.identity.schemas import SafetyOut
from showfloor.identity.service import safety
from showfloor.identity.views import safety_view
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.privacy.errors import CaseNotFound, DecisionIncomplete
from showfloor.privacy.schemas import ClosingIn, ContactIn, ContactOut, SaidOut
from showfloor.privacy.types.cases import Closing

router = APIRouter(prefix="/api/v1/safety", tags=["operator"])
READ = (NotAuthenticated, Forbidden)
CASE = (*READ, NotFound, CsrfFailed, CaseNotFound)


@router.get("", responses=refusals(*READ))
async def get_safety(session: SessionDep, person: CurrentPerson) -> SafetyOut:
    """For operators: open suspicions and requests with their deadlines, and how long decisions
    take. Nothing here says who anybody is.
    """
    return safety_view(await safety.get_safety(session, person=person), clock.now())


@router.post("/cases/{case_id}/review", responses=refusals(*CASE))
async def review_case(case_id: str, session: SessionDep, person: CurrentPerson) -> SaidOut:
    """For operators: look at a case, and at what the person said lately, which is noted. How long a
    decision takes is counted from the first time.
    """
    case = ids.parse("case", case_id)
    return SaidOut(said=await safety.review_case(session, person=person, case_id=case))


@router.post("/cases/{case_id}/contact", responses=refusals(*CASE, DecisionIncomplete))
async def read_contact(
    case_id: str, body: ContactIn, request: Request, session: SessionDep, person: CurrentPerson
) -> ContactOut:
    """For operators: how to reach the person. Why is noted in the evidence."""
    found = await safety.read_contact(
        session,
        person=person,
        case_id=ids.parse("case", case_id),
        reason=body.reason,
        secret=request.app.state.settings.secret,
    )
    return ContactOut(email=found)


@router.post(
    "/cases/{case_id}/decision",
    status_code=204,
    responses=refusals(*CASE, DecisionIncomplete),
)
async def decide_age_case(
    case_id: str, body: ClosingIn, request: Request, session: SessionDep, person: CurrentPerson
) -> None:
    """For operators: close a case with a reason of the policy and a sentence. An adult has
    everything back; a child is suspended, and everything known of them is erased.
    """
    await safety.decide_case(
        session,
        person=person,
        case_id=ids.parse("case", case_id),
        closing=Closing(body.decision, body.reason, body.words, body.proof),
        secret=request.app.state.settings.secret,
    )
