"""API keys: programs that act for a person, for some purposes and for a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import KeyNotFound
from showfloor.identity.service.security_log import record
from showfloor.identity.types import Admission, ApiKey, NewKey, Person, Scope, SecurityEvent
from showfloor.kit import clock, ids
from showfloor.kit.db import Session

USED_AGAIN_AFTER = timedelta(minutes=1)
"""How exactly the last use of a key is known."""


async def add_api_key(
    session: Session,
    *,
    admission: Admission,
    person_id: UUID,
    label: str,
    scopes: Collection[Scope] = tuple(Scope),
    lasts: timedelta | None = None,
) -> str:
    """A new key, shown this once; only its digest is stored. `lasts` None: until it is revoked."""
    key, now = f"sf_{ids.secret()}", clock.now()
    new = NewKey(
        ids.new(), ids.digest(key), label, frozenset(scopes), now, now + lasts if lasts else None
    )
    await queries.add_api_key(session, person_id, new)
    await record(session, SecurityEvent.KEY_ADDED, person_id=person_id, about=str(new.id))
    return key


async def list_keys(session: Session, *, person_id: UUID) -> list[ApiKey]:
    """Those that were not revoked, newest first."""
    return await queries.keys_of(session, person_id)


async def revoke_key(session: Session, *, person_id: UUID, key_id: UUID) -> None:
    """From the next request on. Raises KeyNotFound, also for the key of somebody else."""
    if not await queries.revoke_key(session, person_id, key_id, clock.now()):
        raise KeyNotFound
    await record(session, SecurityEvent.KEY_REVOKED, person_id=person_id, about=str(key_id))


async def find_key(session: Session, *, key: str) -> UUID | None:
    """Which of the listed keys this is; None when it works no more."""
    return await queries.key_id(session, ids.digest(key), clock.now())


async def person_of_api_key(session: Session, key: str) -> Person | None:
    """Who is behind a key that was not revoked and has not ended."""
    digest, now = ids.digest(key), clock.now()
    found = await queries.person_of_api_key(session, digest, now)
    if found is None:
        return None
    person, used_at = found
    if used_at is None or used_at < now - USED_AGAIN_AFTER:
        await queries.note_use(session, digest, now)
    return person
