"""JSON routes of a show's moderators."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.identity.errors import (
    AlreadyMember,
    CsrfFailed,
    InvitationNotFound,
    InvitedTooOften,
    MemberNotFound,
    NotAuthenticated,
    TooManyInvitations,
)
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.room import service
from showfloor.room.schemas import ModeratorIn, ModeratorsOut, NamedOut
from showfloor.room.views import moderators_view
from showfloor.shows.errors import ShowNotFound

router = APIRouter(prefix="/api/v1/shows/{show_id}/moderators", tags=["chat"])
CHANGE = (NotAuthenticated, CsrfFailed, NotFound, ShowNotFound)


@router.get("", responses=refusals(NotAuthenticated, NotFound, ShowNotFound))
async def list_moderators(
    show_id: str, session: SessionDep, person: CurrentPerson
) -> ModeratorsOut:
    """Who moderates the chat of this show beside its team, and who was asked to."""
    found = await service.get_moderators(session, person=person, show_id=ids.parse("show", show_id))
    return moderators_view(found, person.id)


@router.post(
    "",
    status_code=201,
    responses=refusals(*CHANGE, AlreadyMember, TooManyInvitations, InvitedTooOften),
)
async def invite_moderator(
    show_id: str, body: ModeratorIn, session: SessionDep, person: CurrentPerson
) -> NamedOut:
    """Name a moderator of this show by the address: somebody of the host's team is one at once,
    anybody else gets a link by mail that works once, within seven days.
    """
    mailed = await service.invite_moderator(
        session,
        person=person,
        show_id=ids.parse("show", show_id),
        email=body.email,
        language=body.language,
    )
    return NamedOut(mailed=mailed)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    responses=refusals(*CHANGE, InvitationNotFound),
)
async def withdraw_moderator(
    show_id: str, invitation_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """The link means nothing from here on."""
    await service.withdraw_moderator(
        session,
        person=person,
        show_id=ids.parse("show", show_id),
        invitation_id=ids.parse("inv", invitation_id),
    )


@router.delete("/{person_id}", status_code=204, responses=refusals(*CHANGE, MemberNotFound))
async def remove_moderator(
    show_id: str, person_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """They moderate this show no longer, from their next request on; their account stays."""
    await service.remove_moderator(
        session,
        person=person,
        show_id=ids.parse("show", show_id),
        member_id=ids.parse("per", person_id),
    )
