"""Use cases of `identity`."""

from __future__ import annotations

import asyncio
from uuid import UUID

from pwdlib import PasswordHash

from showfloor.identity import queries
from showfloor.identity.errors import (
    AdultDeclarationRequired,
    EmailTaken,
    PasswordTooShort,
    PersonNotFound,
    SignInFailed,
    TooManyAttempts,
)
from showfloor.identity.models import PersonRow
from showfloor.identity.rules import SESSION_LIFETIME, SHORTEST_PASSWORD, csrf_of, normalise_email
from showfloor.identity.types import Admission, CollectionPoint, GrantKind, Person, SignedIn
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session

_passwords = PasswordHash.recommended()
# argon2id takes 64 MiB and a quarter of a second: two at a time, in threads, so that a burst of
# sign-ins cannot starve the shows.
_hashing = asyncio.Semaphore(2)
MOST_WAITING = 40
"""Sign-ins that may wait for their turn; ten seconds of them."""
_waiting = 0
_NOBODY = _passwords.hash("nobody")


def admit(point: CollectionPoint, *, adult: bool | None) -> Admission:
    """The one way in for personal data. Call it before anything else touches what the person gave.

    Raises AdultDeclarationRequired, with nothing read, stored or logged.
    """
    if adult is not True:
        raise AdultDeclarationRequired(extra={"door": point.value})
    return Admission(point, clock.now())


async def admit_again(session: Session, point: CollectionPoint, *, person_id: UUID) -> Admission:
    """The way in for somebody who has an account: the declaration that was stored with it.

    Raises AdultDeclarationRequired when there is none.
    """
    declared_at = await queries.declared_adult_at(session, person_id)
    if declared_at is None:
        raise AdultDeclarationRequired(extra={"door": point.value})
    return Admission(point, declared_at)


def operator(*merchant_ids: UUID) -> Person:
    """Whoever works at the machine itself and may read its settings, acting for these sellers.

    No person of the database; nothing may be stored under this id.
    """
    return Person(UUID(int=0), "operator", "", frozenset(merchant_ids), None, is_operator=True)


async def add_person(
    session: Session, *, admission: Admission, email: str, name: str, password: str
) -> UUID:
    """An account for somebody who works here; raises EmailTaken, PasswordTooShort."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(shortest=SHORTEST_PASSWORD)
    hashed = await asyncio.to_thread(_passwords.hash, password)
    row = PersonRow(
        id=ids.new(),
        email=normalise_email(email),
        name=name,
        password_hash=hashed,
        declared_adult_at=admission.declared_adult_at,
        created_at=clock.now(),
    )
    if not await queries.add_person(session, row):
        raise EmailTaken
    return row.id


async def grant(session: Session, *, person_id: UUID, kind: GrantKind, subject_id: UUID) -> None:
    """Let a person act for a merchant, as a creator, or as an operator."""
    await queries.add_grant(session, person_id, kind, subject_id)


async def get_person(session: Session, person_id: UUID) -> Person | None:
    return await queries.person(session, person_id)


async def find_person(session: Session, *, email: str) -> Person:
    """Raises PersonNotFound."""
    found = await queries.person_of_email(session, normalise_email(email))
    if found is None:
        raise PersonNotFound(email=email)
    return found


async def sign_in(
    database: Database, *, admission: Admission, email: str, password: str
) -> SignedIn:
    """Raises SignInFailed, after the same time whether the address exists or not, and
    TooManyAttempts when many wait already.

    Three steps, because nobody may hold a connection while a password is compared.
    """
    async with database.session() as session:
        found = await queries.password_of(session, normalise_email(email))
    if not await _is_right(password, found[1] if found else _NOBODY) or found is None:
        raise SignInFailed
    token, now = ids.secret(), clock.now()
    async with database.session() as session:
        person = await queries.person(session, found[0])
        if person is None:
            raise SignInFailed
        await queries.add_session(
            session, ids.digest(token), person.id, now, now + SESSION_LIFETIME
        )
    return SignedIn(person, token, csrf_of(token), now + SESSION_LIFETIME)


async def _is_right(password: str, hashed: str) -> bool:
    global _waiting
    if _waiting >= MOST_WAITING:
        raise TooManyAttempts
    _waiting += 1
    try:
        async with _hashing:
            return await asyncio.to_thread(_passwords.verify, password, hashed)
    finally:
        _waiting -= 1


async def sign_out(session: Session, *, token: str) -> None:
    """The cookie means nothing from here on."""
    await queries.remove_session(session, ids.digest(token))


async def person_of_session(session: Session, token: str) -> Person | None:
    return await queries.person_of_session(session, ids.digest(token), clock.now())


async def add_api_key(
    session: Session, *, admission: Admission, person_id: UUID, label: str
) -> str:
    """A new key, shown this once; only its digest is stored."""
    key = f"sf_{ids.secret()}"
    await queries.add_api_key(session, ids.digest(key), person_id, label, clock.now())
    return key


async def person_of_api_key(session: Session, key: str) -> Person | None:
    return await queries.person_of_api_key(session, ids.digest(key))


async def forget_old_sessions(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_sessions_before(session, clock.now())
