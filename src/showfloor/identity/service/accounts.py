"""People: how they come, what they may do, how that ends."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import (
    EmailTaken,
    LastOwner,
    PersonNotFound,
    RoleUnknown,
    SignInFailed,
)
from showfloor.identity.events import LeftCreator
from showfloor.identity.rules import normalise_email
from showfloor.identity.rules.invitations import is_last_owner
from showfloor.identity.service import passwords
from showfloor.identity.service.roles import limited_to, roles_of
from showfloor.identity.service.security_log import record
from showfloor.identity.types import (
    Action,
    Admission,
    Grant,
    GrantKind,
    NewPerson,
    Person,
    Role,
    SecurityEvent,
    Team,
)
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.outbox import publish


def operator(*merchant_ids: UUID) -> Person:
    """Whoever works at the machine itself and may read its settings, acting for these sellers.

    No person of the database; nothing may be stored under this id.
    """
    return Person(UUID(int=0), "operator", "", frozenset(merchant_ids), None, is_operator=True)


async def set_language(session: Session, *, person_id: UUID, language: str) -> None:
    """That of mails to a person."""
    await queries.set_language(session, person_id, language)


async def add_person(
    session: Session, *, admission: Admission, email: str, name: str, password: str
) -> UUID:
    """An account for somebody who works here.

    Raises EmailTaken, PasswordTooShort, PasswordTooCommon.
    """
    person_id, address = ids.new(), normalise_email(email)
    new = NewPerson(
        id=person_id,
        email=address,
        name=name,
        password_hash=await passwords.choose(password, address, name),
        declared_adult_at=admission.declared_adult_at,
        created_at=clock.now(),
    )
    if not await queries.add_person(session, new):
        raise EmailTaken
    await record(session, SecurityEvent.PERSON_ADDED, person_id=person_id)
    return person_id


async def grant(
    session: Session,
    *,
    person_id: UUID,
    kind: GrantKind,
    subject_id: UUID,
    role: Role | None = None,
    by_id: UUID | None = None,
) -> None:
    """Let a person act for a merchant, as a creator, or as an operator: in the role with most
    rights unless another is named. A role that they had is replaced. `by_id` is who decided it;
    None for the command line.

    Raises RoleUnknown for a role that such a team does not have, LastOwner when it would lower the
    only owner.
    """
    if role is not None and role not in roles_of(kind):
        raise RoleUnknown(role=role.value)
    given = Grant(kind, subject_id, role or roles_of(kind)[0])
    if given.role is not Role.OWNER:
        await _keep_owner(session, Team(kind, subject_id), person_id)
    await queries.add_grant(session, person_id, given)
    about = f"{kind.value} {subject_id} {given.role.value}"
    await record(session, SecurityEvent.GRANTED, person_id=person_id, by_id=by_id, about=about)


async def revoke_grant(
    session: Session,
    *,
    person_id: UUID,
    kind: GrantKind,
    subject_id: UUID,
    by_id: UUID | None = None,
) -> bool:
    """Take back what was granted, from the next request on; whether there was such a grant.
    `by_id` is who decided it; None for the command line. Raises LastOwner.
    """
    await _keep_owner(session, Team(kind, subject_id), person_id)
    removed = await queries.remove_grant(session, person_id, kind, subject_id)
    if removed:
        about = f"{kind.value} {subject_id}"
        await record(
            session, SecurityEvent.GRANT_REVOKED, person_id=person_id, by_id=by_id, about=about
        )
        if kind is GrantKind.CREATOR:
            await publish(session, LeftCreator(person_id, subject_id, by_id))
    return removed


async def _keep_owner(session: Session, team: Team, person_id: UUID) -> None:
    """Two who go at once look one after the other."""
    if is_last_owner(await queries.lock_members(session, team), person_id):
        raise LastOwner


async def get_person(session: Session, person_id: UUID) -> Person | None:
    return await queries.person(session, person_id)


async def names_of(session: Session, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """What people are called, for who works with them; who was erased is left out."""
    return await queries.names_of(session, person_ids)


async def get_active_person(session: Session, person_id: UUID, action: Action) -> Person | None:
    """With the memberships alone whose role may do this; None also for who was disabled."""
    found = await queries.active_person(session, person_id)
    return limited_to(found, action) if found else None


async def may_still(session: Session, person: Person, action: Action) -> bool:
    """Whether this person, as a request found them, may do this now for all that they could then:
    for answers that take longer than a request.
    """
    now = await get_active_person(session, person.id, action)
    return (
        now is not None
        and person.merchant_ids <= now.merchant_ids
        and person.creator_id in (None, now.creator_id)
    )


async def find_person(session: Session, *, email: str) -> Person:
    """Raises PersonNotFound."""
    found = await queries.person_of_email(session, normalise_email(email))
    if found is None:
        raise PersonNotFound(email=email)
    return found


async def disable(session: Session, *, person_id: UUID) -> None:
    """End all sessions and keys of a person, and let nobody sign in as them."""
    await queries.set_disabled(session, person_id, clock.now())
    await queries.remove_sessions(session, person_id, keep=None)
    await queries.revoke_keys(session, person_id, clock.now())
    await record(session, SecurityEvent.PERSON_DISABLED, person_id=person_id)


async def enable(session: Session, *, person_id: UUID) -> None:
    """Let a person sign in again; keys that were revoked stay so."""
    await queries.set_disabled(session, person_id, None)
    await record(session, SecurityEvent.PERSON_ENABLED, person_id=person_id)


async def set_password(session: Session, *, person: Person, password: str) -> None:
    """The operator's way; ends all sessions of the person.

    Raises PasswordTooShort, PasswordTooCommon.
    """
    hashed = await passwords.choose(password, person.email, person.name)
    await _store_password(session, person.id, hashed, keep=None)


async def change_password(
    database: Database, *, person: Person, token: str, client: str, current: str, new: str
) -> None:
    """The person's own way; ends all sessions but the one of `token`.

    Raises SignInFailed for a wrong current password, TooManyAttempts, PasswordTooShort,
    PasswordTooCommon.
    """
    async with database.session() as session:
        found = await queries.password_of(session, person.email)
    stored = found.password_hash if found else ""
    if not await passwords.KNOWN.verify(current, stored or passwords.NOBODY, client) or not stored:
        raise SignInFailed
    hashed = await passwords.choose(new, person.email, person.name)
    async with database.session() as session:
        # An operator may have set another password while these were hashed: that one stays.
        await _store_password(session, person.id, hashed, keep=ids.digest(token), replaces=stored)


async def _store_password(
    session: Session,
    person_id: UUID,
    hashed: str,
    *,
    keep: bytes | None,
    replaces: str | None = None,
) -> None:
    """Raises SignInFailed when the password is not the one that it `replaces` any more."""
    if not await queries.set_password(session, person_id, hashed, replaces=replaces):
        raise SignInFailed
    await queries.remove_sessions(session, person_id, keep=keep)
    await record(session, SecurityEvent.PASSWORD_CHANGED, person_id=person_id)
