"""SQL of the keys of programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, insert, or_, select, update

from showfloor.identity.models import ApiKeyRow, PersonRow, SessionRow
from showfloor.identity.queries.people import active_person, read_person
from showfloor.identity.types import ApiKey, NewKey, Person, Scope
from showfloor.kit.db import Session


async def add_api_key(session: Session, person_id: UUID, new: NewKey) -> None:
    """A program that acts for a person."""
    await session.execute(
        insert(ApiKeyRow).values(
            key_digest=new.digest,
            id=new.id,
            person_id=person_id,
            label=new.label,
            scopes=sorted(new.scopes),
            created_at=new.created_at,
            expires_at=new.expires_at,
        )
    )


async def keys_of(session: Session, person_id: UUID) -> list[ApiKey]:
    """Those that were not revoked, newest first."""
    chosen = select(ApiKeyRow).where(
        ApiKeyRow.person_id == person_id, ApiKeyRow.revoked_at.is_(None)
    )
    rows = (await session.execute(chosen.order_by(ApiKeyRow.created_at.desc()))).scalars()
    return [
        ApiKey(
            row.id,
            row.label,
            frozenset(map(Scope, row.scopes)),
            row.created_at,
            row.expires_at,
            row.last_used_at,
        )
        for row in rows
    ]


async def revoke_key(session: Session, person_id: UUID, key_id: UUID, now: datetime) -> bool:
    """Whether this person had such a key."""
    chosen = update(ApiKeyRow).where(
        ApiKeyRow.person_id == person_id, ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None)
    )
    done = await session.execute(chosen.values(revoked_at=now).returning(ApiKeyRow.id))
    return done.first() is not None


async def revoke_keys(session: Session, person_id: UUID, now: datetime) -> None:
    """All keys of a person."""
    chosen = update(ApiKeyRow).where(
        ApiKeyRow.person_id == person_id, ApiKeyRow.revoked_at.is_(None)
    )
    await session.execute(chosen.values(revoked_at=now))


async def key_id(session: Session, digest: bytes, now: datetime) -> UUID | None:
    """Of the key with this digest, if it works."""
    chosen = select(ApiKeyRow.id).where(ApiKeyRow.key_digest == digest, *_works(now))
    return (await session.execute(chosen)).scalar()


async def has_key(session: Session, key: UUID, now: datetime) -> bool:
    """Whether it works: not revoked, and not over."""
    chosen = select(ApiKeyRow.id).where(ApiKeyRow.id == key, *_works(now))
    return (await session.execute(chosen)).first() is not None


def _works(now: datetime) -> tuple[ColumnElement[bool], ...]:
    not_over = or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now)
    return ApiKeyRow.revoked_at.is_(None), not_over


async def person_of_sign_in(session: Session, sign_in: UUID, now: datetime) -> Person | None:
    """Who is behind a browser that is signed in, or a key that works."""
    browsers = select(SessionRow.person_id).where(
        SessionRow.id == sign_in, SessionRow.expires_at > now
    )
    programs = select(ApiKeyRow.person_id).where(ApiKeyRow.id == sign_in, *_works(now))
    owner = browsers.union_all(programs)
    return await read_person(session, PersonRow.id.in_(owner), PersonRow.disabled_at.is_(None))


async def note_use(session: Session, digest: bytes, now: datetime) -> None:
    """When a key was last used."""
    chosen = update(ApiKeyRow).where(ApiKeyRow.key_digest == digest)
    await session.execute(chosen.values(last_used_at=now))


async def person_of_api_key(
    session: Session, digest: bytes, now: datetime
) -> tuple[Person, datetime | None] | None:
    """Who is behind an API key that is valid now, with its scopes; and when it was last used."""
    valid = select(ApiKeyRow.person_id, ApiKeyRow.scopes, ApiKeyRow.last_used_at).where(
        ApiKeyRow.key_digest == digest, *_works(now)
    )
    key = (await session.execute(valid)).first()
    person = await active_person(session, key.person_id) if key else None
    if key is None or person is None:
        return None
    return replace(person, scopes=frozenset(map(Scope, key.scopes))), key.last_used_at
