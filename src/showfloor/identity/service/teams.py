"""Teams: who belongs to a merchant or a creator, who may come, who has to go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import (
    AlreadyMember,
    EmailTaken,
    Forbidden,
    HostsElsewhere,
    InvitationNotFound,
    InvitedSomebodyElse,
    InvitedTooOften,
    MemberNotFound,
    RoleUnknown,
    SignInToAccept,
    TooManyInvitations,
)
from showfloor.identity.events import MemberInvited
from showfloor.identity.rules import bare_email, normalise_email
from showfloor.identity.rules.invitations import (
    INVITATION_LASTS,
    MOST_INVITATIONS,
    MOST_INVITED_A_DAY,
    hosts_elsewhere,
    invitation_of_token,
    invitation_token,
)
from showfloor.identity.service import passwords
from showfloor.identity.service.accounts import grant, revoke_grant
from showfloor.identity.service.roles import can, roles_of
from showfloor.identity.service.security_log import record
from showfloor.identity.service.sessions import open_session
from showfloor.identity.types import (
    Action,
    Admission,
    Credentials,
    GrantKind,
    Invitation,
    Member,
    NewPerson,
    OpenInvitation,
    Person,
    Role,
    SecurityEvent,
    SignedIn,
    Team,
)
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.outbox import publish


def belongs_to(person: Person, team: Team) -> bool:
    """Whether this person, as the request's action left them, acts for the team."""
    if person.is_operator:
        return True
    if team.kind is GrantKind.MERCHANT:
        return team.subject_id in person.merchant_ids
    return team.kind is GrantKind.CREATOR and team.subject_id == person.creator_id


async def list_members(session: Session, *, person: Person, team: Team) -> list[Member]:
    """By the age of their accounts. Raises Forbidden."""
    _check(person, team)
    return await queries.members(session, team)


async def is_of_teams(session: Session, *, email: str, teams: Collection[Team]) -> bool:
    """Whether somebody in one of these teams has this address, also with a tag behind a plus."""
    wanted = bare_email(email)
    for team in teams:
        if any(bare_email(one.email) == wanted for one in await queries.members(session, team)):
            return True
    return False


async def members_who_may(session: Session, team: Team, action: Action) -> list[Member]:
    """Those of a team whose role allows this and whose account is not disabled."""
    return [
        one
        for one in await queries.members(session, team)
        if can(team.kind, one.role, action) and not one.is_disabled
    ]


async def list_invitations(session: Session, *, person: Person, team: Team) -> list[Invitation]:
    """Those that wait for an answer, newest first. Raises Forbidden."""
    _check(person, team)
    return await queries.invitations(session, team, clock.now())


async def invite(
    session: Session, *, person: Person, team: Team, email: str, role: Role, language: str
) -> Invitation:
    """Let an address come into the team. Inviting it again ends the link before.

    Raises Forbidden, RoleUnknown, AlreadyMember, TooManyInvitations, InvitedTooOften.
    """
    _check(person, team)
    _check_role(team, role)
    address = normalise_email(email)
    # Locked, so that two who invite at once are counted one after the other.
    if any(one.email == address for one in await _lock(session, person, team)):
        raise AlreadyMember
    await check_pace(session, team)
    new = await send_invitation(session, person, team, address, role, language)
    await _record(session, SecurityEvent.INVITED, person, team, role)
    return new


async def send_invitation(
    session: Session, person: Person, team: Team, address: str, role: Role, language: str
) -> Invitation:
    """For who has checked that the person may invite, and locked the team. Raises
    TooManyInvitations.
    """
    now = clock.now()
    waiting = await queries.invitations(session, team, now)
    if len([one for one in waiting if one.email != address]) >= MOST_INVITATIONS:
        raise TooManyInvitations(most=MOST_INVITATIONS)
    new = Invitation(
        ids.new(), team, role, address, language, person.id, now, now + INVITATION_LASTS
    )
    await queries.add_invitation(session, new)
    await publish(session, MemberInvited(new.id))
    return new


async def withdraw_invitation(
    session: Session, *, person: Person, team: Team, invitation_id: UUID
) -> None:
    """Its link means nothing from here on. Raises Forbidden, InvitationNotFound."""
    await _lock(session, person, team)
    found = await queries.invitation(session, invitation_id, clock.now())
    if found is None or found.team != team:
        raise InvitationNotFound
    await queries.remove_invitation(session, invitation_id)
    await _record(session, SecurityEvent.INVITATION_WITHDRAWN, person, team, found.role)


async def change_role(
    session: Session, *, person: Person, team: Team, member_id: UUID, role: Role
) -> Member:
    """It counts from the member's next request on. Raises Forbidden, RoleUnknown, MemberNotFound,
    LastOwner.
    """
    _check(person, team)
    _check_role(team, role)
    member = _member(await _lock(session, person, team), member_id)
    await grant(
        session,
        person_id=member_id,
        kind=team.kind,
        subject_id=team.subject_id,
        role=role,
        by_id=_other(person, member_id),
    )
    return Member(member.person_id, member.name, member.email, role, member.is_disabled)


async def remove_member(session: Session, *, person: Person, team: Team, member_id: UUID) -> None:
    """They may do nothing here from their next request on. Raises Forbidden, MemberNotFound,
    LastOwner.
    """
    _member(await _lock(session, person, team), member_id)
    await revoke_grant(
        session,
        person_id=member_id,
        kind=team.kind,
        subject_id=team.subject_id,
        by_id=_other(person, member_id),
    )


async def open_invitation(session: Session, *, secret: str, token: str) -> OpenInvitation:
    """What the link leads to. Raises InvitationNotFound."""
    found = await _find(session, secret, token)
    inviter = await queries.person(session, found.invited_by)
    known = await queries.person_of_email(session, found.email)
    return OpenInvitation(found, inviter.name if inviter else "", known is not None)


async def find_invitation(session: Session, invitation_id: UUID) -> OpenInvitation | None:
    """For the mail about it; None once there is nothing to come to."""
    found = await queries.invitation(session, invitation_id, clock.now())
    if found is None:
        return None
    inviter = await queries.person(session, found.invited_by)
    return OpenInvitation(found, inviter.name if inviter else "", has_account=False)


def token_of(secret: str, invitation_id: UUID) -> str:
    """What the mail's link carries."""
    return invitation_token(secret, invitation_id)


async def accept_invitation(
    session: Session, *, person: Person, secret: str, token: str
) -> Invitation:
    """Come into the team with the account that one has.

    Raises InvitationNotFound, InvitedSomebodyElse, HostsElsewhere.
    """
    found = await _find(session, secret, token)
    if person.email != found.email:
        raise InvitedSomebodyElse
    await _enter(session, found, person.id)
    return found


async def join_team(
    database: Database, *, admission: Admission, secret: str, token: str, name: str, password: str
) -> SignedIn:
    """Come into the team with a new account, and be signed in.

    Raises InvitationNotFound, SignInToAccept, PasswordTooShort, PasswordTooCommon.

    Two steps, because nobody may hold a connection while a password is hashed.
    """
    async with database.session() as session:
        found = await _find(session, secret, token)
        if await queries.person_of_email(session, found.email) is not None:
            raise SignInToAccept
    hashed = await passwords.choose(password, found.email, name)
    new = NewPerson(ids.new(), found.email, name, hashed, admission.declared_adult_at, clock.now())
    async with database.session() as session:
        if not await queries.add_person(session, new):
            raise EmailTaken
        await queries.set_language(session, new.id, (await _find(session, secret, token)).language)
        await record(session, SecurityEvent.PERSON_ADDED, person_id=new.id)
        await _enter(session, await _find(session, secret, token), new.id)
    signed_in = await open_session(database, Credentials(new.id, hashed), None)
    if signed_in is None:
        raise InvitationNotFound
    return signed_in


async def forget_old_invitations(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_invitations_before(session, clock.now())


async def _find(session: Session, secret: str, token: str) -> Invitation:
    invitation_id = invitation_of_token(secret, token)
    found = await queries.invitation(session, invitation_id, clock.now()) if invitation_id else None
    if found is None:
        raise InvitationNotFound
    return found


async def _enter(session: Session, found: Invitation, person_id: UUID) -> None:
    """The link is used up. Who came into the team meanwhile keeps the role they have there.

    Raises InvitationNotFound, HostsElsewhere.
    """
    members = await queries.lock_members(session, found.team)
    if not await queries.remove_invitation(session, found.id):
        raise InvitationNotFound
    # Locked, so that who accepts two invitations at once hosts as one creator.
    grants = await queries.lock_grants(session, person_id)
    if hosts_elsewhere(grants, found.team.kind, found.team.subject_id):
        raise HostsElsewhere
    if all(one.person_id != person_id for one in members):
        await grant(
            session,
            person_id=person_id,
            kind=found.team.kind,
            subject_id=found.team.subject_id,
            role=found.role,
            by_id=found.invited_by if found.invited_by.int else None,
        )


def _check(person: Person, team: Team) -> None:
    if not belongs_to(person, team):
        raise Forbidden


async def _lock(session: Session, person: Person, team: Team) -> list[Member]:
    """The members, whom nobody changes until this transaction ends.

    Raises Forbidden, also for whose own role ended after their request began.
    """
    _check(person, team)
    found = await queries.lock_members(session, team)
    managing = {
        one.person_id
        for one in found
        if can(team.kind, one.role, Action.TEAM_MANAGE) and not one.is_disabled
    }
    if not person.is_operator and person.id not in managing:
        raise Forbidden
    return found


async def check_pace(session: Session, team: Team) -> None:
    """Each invitation is a mail to an address that somebody typed, also when it is withdrawn at
    once. Raises InvitedTooOften.
    """
    since = clock.now() - timedelta(days=1)
    sent = await queries.count_records(session, SecurityEvent.INVITED, about(team), since)
    if sent >= MOST_INVITED_A_DAY:
        raise InvitedTooOften(most=MOST_INVITED_A_DAY)


def _check_role(team: Team, role: Role) -> None:
    if role not in roles_of(team.kind):
        raise RoleUnknown(role=role.value)


def _member(members: list[Member], member_id: UUID) -> Member:
    found = next((one for one in members if one.person_id == member_id), None)
    if found is None:
        raise MemberNotFound
    return found


async def _record(
    session: Session, event: SecurityEvent, person: Person, team: Team, role: Role
) -> None:
    await record(session, event, person_id=id_of(person), about=f"{about(team)} {role.value}")


def _other(person: Person, member_id: UUID) -> UUID | None:
    """Who decided, where it was not the member."""
    return None if person.id == member_id else id_of(person)


def id_of(person: Person) -> UUID | None:
    """None for the operator at the command line, who is nobody's account."""
    return person.id if person.id.int else None


def about(team: Team) -> str:
    """The team in the security log."""
    return f"{team.kind.value} {team.subject_id}"
