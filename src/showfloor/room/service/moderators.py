"""Who helps the host with the chat of one show. Naming and removing is for who runs it."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.room.types import Moderators
from showfloor.shows import service as shows


async def get_moderators(session: Session, *, person: Person, show_id: UUID) -> Moderators:
    """Raises ShowNotFound."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    return Moderators(
        await identity.list_moderators(session, show_id=show_id),
        await identity.list_invited_moderators(session, show_id=show_id),
    )


async def invite_moderator(
    session: Session, *, person: Person, show_id: UUID, email: str, language: str
) -> bool:
    """Somebody of the host's team moderates at once, anybody else gets a link by mail: whether one
    goes out. Raises ShowNotFound, AlreadyMember, TooManyInvitations, InvitedTooOften.
    """
    show = await shows.get_own_show(session, person=person, show_id=show_id)
    return await identity.invite_moderator(
        session,
        person=person,
        show_id=show_id,
        creator_id=show.host_creator_id,
        email=email,
        language=language,
    )


async def withdraw_moderator(
    session: Session, *, person: Person, show_id: UUID, invitation_id: UUID
) -> None:
    """Raises ShowNotFound, InvitationNotFound."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    await identity.withdraw_moderator(
        session, person=person, show_id=show_id, invitation_id=invitation_id
    )


async def remove_moderator(
    session: Session, *, person: Person, show_id: UUID, member_id: UUID
) -> None:
    """It counts from their next request on. Raises ShowNotFound, MemberNotFound."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    await identity.remove_moderator(session, person=person, show_id=show_id, member_id=member_id)
