"""JSON routes of what waits for a moderator."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.identity.errors import NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.room import service
from showfloor.room.errors import MessageDecided
from showfloor.room.http import OWN, Moderator, Reason
from showfloor.room.schemas import HeldOut
from showfloor.room.views import held_view
from showfloor.shows.errors import ShowNotFound

router = APIRouter(prefix="/api/v1", tags=["chat"])


@router.get(
    "/shows/{show_id}/held-messages", responses=refusals(NotAuthenticated, NotFound, ShowNotFound)
)
async def list_held_messages(show_id: str, session: SessionDep, person: CurrentPerson) -> HeldOut:
    """What waits for a moderator of this show: nobody else but its writers has it."""
    found = await service.list_held(session, person=person, show_id=ids.parse("show", show_id))
    return held_view(found)


@router.post(
    "/messages/{message_id}/approve", status_code=204, responses=refusals(*OWN, MessageDecided)
)
async def approve_message(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> None:
    """Show a message that waits to everybody; approving twice is approving once. Where another
    moderator has refused it, that stands, and `restore` shows it.
    """
    await service.approve_message(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )


@router.post(
    "/messages/{message_id}/refuse", status_code=204, responses=refusals(*OWN, MessageDecided)
)
async def refuse_message(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> None:
    """Show a message that waits to nobody; refusing twice is refusing once. Its writer learns that
    it was not taken. Where another moderator has approved it, that stands, and `DELETE` takes it
    away.
    """
    await service.refuse_message(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )
