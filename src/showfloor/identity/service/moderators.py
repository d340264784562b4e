"""Moderators of one show. Who calls has checked that `person` runs it."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import AlreadyMember, InvitationNotFound, MemberNotFound
from showfloor.identity.rules import normalise_email
from showfloor.identity.service.accounts import grant, revoke_grant
from showfloor.identity.service.security_log import record
from showfloor.identity.service.teams import about, check_pace, id_of, send_invitation
from showfloor.identity.types import (
    GrantKind,
    Invitation,
    Member,
    Person,
    Role,
    SecurityEvent,
    Team,
)
from showfloor.kit import clock
from showfloor.kit.db import Session


async def list_moderators(session: Session, *, show_id: UUID) -> list[Member]:
    """By the age of their accounts."""
    return await queries.members(session, _of(show_id))


async def list_invited_moderators(session: Session, *, show_id: UUID) -> list[Invitation]:
    """Those that wait for an answer, newest first."""
    return await queries.invitations(session, _of(show_id), clock.now())


async def invite_moderator(
    session: Session, *, person: Person, show_id: UUID, creator_id: UUID, email: str, language: str
) -> bool:
    """Somebody of the host's own team moderates at once; any other address gets a link by mail, as
    for a team. Whether a mail goes out. Mails are counted with those of the host's team.

    Raises AlreadyMember, TooManyInvitations, InvitedTooOften.
    """
    show, team = _of(show_id), Team(GrantKind.CREATOR, creator_id)
    address = normalise_email(email)
    # Locked, so that two who invite at once are counted one after the other.
    colleagues = await queries.lock_members(session, team)
    if any(one.email == address for one in await queries.members(session, show)):
        raise AlreadyMember
    colleague = next((one for one in colleagues if one.email == address), None)
    if colleague is not None:
        await grant(
            session,
            person_id=colleague.person_id,
            kind=GrantKind.SHOW,
            subject_id=show_id,
            role=Role.MODERATOR,
            by_id=id_of(person),
        )
        return False
    await check_pace(session, team)
    await send_invitation(session, person, show, address, Role.MODERATOR, language)
    said = f"{about(team)} {about(show)} {Role.MODERATOR.value}"
    await record(session, SecurityEvent.INVITED, person_id=id_of(person), about=said)
    return True


async def withdraw_moderator(
    session: Session, *, person: Person, show_id: UUID, invitation_id: UUID
) -> None:
    """The link means nothing from here on. Raises InvitationNotFound."""
    found = await queries.invitation(session, invitation_id, clock.now())
    if found is None or found.team != _of(show_id):
        raise InvitationNotFound
    await queries.remove_invitation(session, invitation_id)
    said = f"{about(found.team)} {found.role.value}"
    await record(session, SecurityEvent.INVITATION_WITHDRAWN, person_id=id_of(person), about=said)


async def remove_moderator(
    session: Session, *, person: Person, show_id: UUID, member_id: UUID
) -> None:
    """They moderate nothing here from their next request on. Raises MemberNotFound."""
    gone = await revoke_grant(
        session,
        person_id=member_id,
        kind=GrantKind.SHOW,
        subject_id=show_id,
        by_id=id_of(person),
    )
    if not gone:
        raise MemberNotFound


def _of(show_id: UUID) -> Team:
    return Team(GrantKind.SHOW, show_id)
