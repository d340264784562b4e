"""JSON routes of what viewers report."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.errors import Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.room.errors import MessageDecided, MessageNotFound
from showfloor.room.http import OWN, Moderator
from showfloor.room.http.writer import RoomDep
from showfloor.room.rules.pace import REPORTS
from showfloor.room.schemas import CasesOut, DecisionIn, ReportIn
from showfloor.room.service import reports as service
from showfloor.room.views import cases_view
from showfloor.shows.errors import ShowNotFound

router = APIRouter(prefix="/api/v1", tags=["chat"])


@router.post(
    "/messages/{message_id}/report",
    status_code=204,
    responses=refusals(MessageNotFound, NotFound, RateLimited),
)
async def report_message(
    message_id: str, body: ReportIn, request: Request, session: SessionDep, room: RoomDep
) -> None:
    """Tell the show's team that a message should not stand there. Nothing is kept of who reports
    but a digest of their network, for a day; reporting twice from one network is reporting once.
    """
    message = ids.parse("msg", message_id)
    address = request.client.host if request.client else ""
    network = room.network(address)
    if seconds := room.pace.wait(("reports", network), REPORTS, clock.monotonic()):
        refused = RateLimited()
        refused.retry_after = seconds
        raise refused
    await service.report_message(
        session,
        message_id=message,
        network=room.reporter(message, address),
        reason=body.reason,
    )


@router.get(
    "/shows/{show_id}/reports", responses=refusals(NotAuthenticated, NotFound, ShowNotFound)
)
async def list_reports(show_id: str, session: SessionDep, person: CurrentPerson) -> CasesOut:
    """Messages of this show that were reported and wait for its team's decision."""
    found = await service.list_cases(session, person=person, show_id=ids.parse("show", show_id))
    return cases_view(found)


@router.post(
    "/messages/{message_id}/case",
    status_code=204,
    responses=refusals(*OWN, Forbidden, MessageDecided),
)
async def decide_case(
    message_id: str, body: DecisionIn, session: SessionDep, person: Moderator
) -> None:
    """Delete a reported message, delete it and mute its writer for ten minutes, or keep it: then no
    further report brings it back. Deciding the same twice is deciding once.
    """
    await service.decide_case(
        session, person=person, message_id=ids.parse("msg", message_id), decision=body.decision
    )
