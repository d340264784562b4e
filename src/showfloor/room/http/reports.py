"""JSON routes of what viewers report."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.errors import Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.pace import Limit
from showfloor.room.deps import RoomDeps
from showfloor.room.errors import MessageDecided, MessageNotFound
from showfloor.room.http import OWN, Moderator
from showfloor.room.http.writer import RoomDep
from showfloor.room.rules.pace import CHILDREN, REPORTS
from showfloor.room.schemas import CasesOut, DecisionIn, ReportIn
from showfloor.room.service import limits
from showfloor.room.service import reports as service
from showfloor.room.types import ReportReason
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
    Whoever may be a child (`child`) is limited at once and until an operator has decided; the
    answer is the same whoever wrote it.
    """
    message = ids.parse("msg", message_id)
    address = request.client.host if request.client else ""
    network = room.network(address)
    _take_turn(room, "reports", network, REPORTS)
    if body.reason is ReportReason.CHILD:
        _take_turn(room, "children", network, CHILDREN)
    await service.report_message(
        session,
        message_id=message,
        network=room.reporter(message, address),
        reason=body.reason,
    )


def _take_turn(room: RoomDeps, what: str, network: bytes, limit: Limit) -> None:
    """Raises RateLimited."""
    if seconds := room.pace.wait((what, network), limit, clock.monotonic()):
        refused = RateLimited()
        refused.retry_after = seconds
        raise refused


@router.post("/messages/{message_id}/suspicion", status_code=204, responses=refusals(*OWN))
async def suspect_writer(message_id: str, session: SessionDep, person: Moderator) -> None:
    """Say that whoever wrote a message may be a child. They are limited at once, and an operator
    decides; the message stays or goes by its own decision. Nothing is answered about them.
    """
    await limits.suspect_writer(session, person=person, message_id=ids.parse("msg", message_id))


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
