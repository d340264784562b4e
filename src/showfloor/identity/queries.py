"""All SQL of `identity`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.identity.models import ApiKeyRow, GrantRow, PersonRow, SessionRow
from showfloor.identity.types import GrantKind, Person
from showfloor.kit.db import Session, delete_batch


async def add_person(session: Session, row: PersonRow) -> bool:
    """False when the address is taken."""
    values = {column.name: getattr(row, column.name) for column in PersonRow.__table__.columns}
    added = await session.execute(
        insert_or(PersonRow).values(**values).on_conflict_do_nothing().returning(PersonRow.id)
    )
    return added.first() is not None


async def declared_adult_at(session: Session, person_id: UUID) -> datetime | None:
    """When a person declared to be an adult; None for nobody."""
    chosen = select(PersonRow.declared_adult_at).where(PersonRow.id == person_id)
    return (await session.execute(chosen)).scalar_one_or_none()


async def add_grant(session: Session, person_id: UUID, kind: GrantKind, subject_id: UUID) -> None:
    """Granting twice is granting once."""
    await session.execute(
        insert_or(GrantRow)
        .values(person_id=person_id, kind=kind, subject_id=subject_id)
        .on_conflict_do_nothing()
    )


async def password_of(session: Session, email: str) -> tuple[UUID, str] | None:
    """The person behind an address and the hash to compare with."""
    found = (
        await session.execute(
            select(PersonRow.id, PersonRow.password_hash).where(PersonRow.email == email)
        )
    ).first()
    return (found.id, found.password_hash) if found else None


async def add_session(
    session: Session, digest: bytes, person_id: UUID, created_at: datetime, expires_at: datetime
) -> None:
    """A signed-in browser."""
    values = {
        "token_digest": digest,
        "person_id": person_id,
        "created_at": created_at,
        "expires_at": expires_at,
    }
    await session.execute(insert(SessionRow).values(**values))


async def remove_session(session: Session, digest: bytes) -> None:
    """Signing out."""
    await session.execute(delete(SessionRow).where(SessionRow.token_digest == digest))


async def remove_sessions_before(session: Session, moment: datetime) -> int:
    """A batch of sessions that ran out."""
    return await delete_batch(session, SessionRow, SessionRow.expires_at < moment)


async def add_api_key(
    session: Session, digest: bytes, person_id: UUID, label: str, created_at: datetime
) -> None:
    """A program that acts for a person."""
    await session.execute(
        insert(ApiKeyRow).values(
            key_digest=digest, person_id=person_id, label=label, created_at=created_at
        )
    )


async def person_of_session(session: Session, digest: bytes, now: datetime) -> Person | None:
    """Who is behind a session token that has not run out."""
    owner = select(SessionRow.person_id).where(
        SessionRow.token_digest == digest, SessionRow.expires_at > now
    )
    return await _person(session, owner)


async def person_of_api_key(session: Session, digest: bytes) -> Person | None:
    """Who is behind an API key that was not revoked."""
    return await _person(
        session,
        select(ApiKeyRow.person_id).where(
            ApiKeyRow.key_digest == digest, ApiKeyRow.revoked_at.is_(None)
        ),
    )


async def person_of_email(session: Session, email: str) -> Person | None:
    """Who has an address."""
    return await _person(session, select(PersonRow.id).where(PersonRow.email == email))


async def person(session: Session, person_id: UUID) -> Person | None:
    """A person with their grants."""
    return await _person(session, select(PersonRow.id).where(PersonRow.id == person_id))


async def _person(session: Session, owner: Select[UUID]) -> Person | None:
    joined = (
        select(PersonRow.id, PersonRow.name, PersonRow.email, GrantRow.kind, GrantRow.subject_id)
        .outerjoin(GrantRow, GrantRow.person_id == PersonRow.id)
        .where(PersonRow.id.in_(owner))
    )
    rows = (await session.execute(joined)).all()
    if not rows:
        return None
    creators = [row.subject_id for row in rows if row.kind == GrantKind.CREATOR]
    return Person(
        id=rows[0].id,
        name=rows[0].name,
        email=rows[0].email,
        merchant_ids=frozenset(row.subject_id for row in rows if row.kind == GrantKind.MERCHANT),
        creator_id=creators[0] if creators else None,
        is_operator=any(row.kind == GrantKind.OPERATOR for row in rows),
    )


async def erase_person(session: Session, email: str, pseudonym: str) -> int:
    """The row stays as a pseudonym, because shows and audit entries point at it."""
    nobody = {"email": pseudonym, "name": "", "password_hash": ""}
    ids = select(PersonRow.id).where(PersonRow.email == email)
    await session.execute(delete(SessionRow).where(SessionRow.person_id.in_(ids)))
    await session.execute(delete(ApiKeyRow).where(ApiKeyRow.person_id.in_(ids)))
    done = await session.execute(
        update(PersonRow).where(PersonRow.email == email).values(**nobody).returning(PersonRow.id)
    )
    return len(done.all())
