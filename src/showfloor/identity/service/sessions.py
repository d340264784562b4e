"""Signing in and out."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import SessionNotFound, SignInFailed
from showfloor.identity.rules import SESSION_LIFETIME, csrf_of, normalise_email
from showfloor.identity.service import passwords
from showfloor.identity.service.roles import limited_to
from showfloor.identity.service.security_log import record
from showfloor.identity.types import (
    Action,
    Admission,
    Credentials,
    OpenSession,
    Person,
    SecurityEvent,
    SignedIn,
)
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session


async def sign_in(
    database: Database,
    *,
    admission: Admission,
    email: str,
    password: str,
    client: str = "",
    known: bool = False,
    replaces: str | None = None,
) -> SignedIn:
    """A new session; the one of the token `replaces` ends.

    `client` is whom the limits count; `known` says that its device signed in before. Raises
    SignInFailed, after the same time whether the address exists or not, and TooManyAttempts when
    many wait already.

    Three steps, because nobody may hold a connection while a password is compared. The last one
    looks again: a password that was replaced meanwhile, or a person who was disabled, opens
    nothing.
    """
    async with database.session() as session:
        found = await queries.password_of(session, normalise_email(email))
    lane = passwords.KNOWN if known else passwords.STRANGERS
    # Who was erased has no hash, and is compared like nobody.
    hashed = (found.password_hash if found else "") or passwords.NOBODY
    if not await lane.verify(password, hashed, client) or found is None or not found.password_hash:
        await _record_refusal(database, found.id if found else None)
        raise SignInFailed
    signed_in = await open_session(database, found, replaces)
    if signed_in is None:
        await _record_refusal(database, found.id)
        raise SignInFailed
    return signed_in


async def open_session(
    database: Database, credentials: Credentials, replaces: str | None
) -> SignedIn | None:
    """None when these are not the credentials of an active person any more."""
    token, now = ids.secret(), clock.now()
    async with database.session() as session:
        if not await queries.lock_password(session, credentials):
            return None
        person = await queries.active_person(session, credentials.id)
        if person is None:
            return None
        if replaces is not None:
            await queries.remove_session(session, ids.digest(replaces))
        new = OpenSession(ids.new(), now, now + SESSION_LIFETIME)
        await queries.add_session(session, ids.digest(token), person.id, new)
        await record(session, SecurityEvent.SIGNED_IN, person_id=person.id, about=str(new.id))
    return SignedIn(person, token, csrf_of(token), new.expires_at)


async def _record_refusal(database: Database, person_id: UUID | None) -> None:
    """Whose password was guessed, if anybody has the address: what was typed is not kept."""
    async with database.session() as session:
        await record(session, SecurityEvent.SIGN_IN_REFUSED, person_id=person_id)


async def sign_out(session: Session, *, token: str) -> None:
    """The cookie means nothing from here on."""
    await queries.remove_session(session, ids.digest(token))


async def list_sessions(session: Session, *, person: Person) -> list[OpenSession]:
    """Newest first."""
    return await queries.sessions_of(session, person.id, clock.now())


async def find_session(session: Session, *, token: str) -> UUID | None:
    """Which of the listed sessions belongs to this token."""
    return await queries.session_id(session, ids.digest(token))


async def is_sign_in_open(session: Session, sign_in: UUID) -> bool:
    """Whether this browser is still signed in, or this key (of `find_key`) still works."""
    now = clock.now()
    return await queries.has_session(session, sign_in, now) or await queries.has_key(
        session, sign_in, now
    )


async def person_of_sign_in(session: Session, sign_in: UUID, action: Action) -> Person | None:
    """Who is behind it, with the memberships alone whose role may do this; None when it ended."""
    found = await queries.person_of_sign_in(session, sign_in, clock.now())
    return limited_to(found, action) if found else None


async def end_session(session: Session, *, person: Person, session_id: UUID) -> None:
    """Sign one browser of this person out. Raises SessionNotFound."""
    if not await queries.remove_own_session(session, person.id, session_id):
        raise SessionNotFound
    await record(session, SecurityEvent.SESSIONS_ENDED, person_id=person.id, about="1")


async def end_other_sessions(session: Session, *, person: Person, token: str) -> int:
    """All but the one of `token`; how many."""
    ended = await queries.remove_sessions(session, person.id, keep=ids.digest(token))
    await record(session, SecurityEvent.SESSIONS_ENDED, person_id=person.id, about=str(ended))
    return ended


async def person_of_session(session: Session, token: str) -> Person | None:
    return await queries.person_of_session(session, ids.digest(token), clock.now())


async def forget_old_sessions(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_sessions_before(session, clock.now())
