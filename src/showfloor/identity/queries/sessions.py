"""SQL of browsers that are signed in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select

from showfloor.identity.models import PersonRow, SessionRow
from showfloor.identity.queries.people import read_person
from showfloor.identity.types import OpenSession, Person
from showfloor.kit.db import Session, delete_batch


async def add_session(session: Session, digest: bytes, person_id: UUID, new: OpenSession) -> None:
    """A signed-in browser."""
    values = {"token_digest": digest, "person_id": person_id, **asdict(new)}
    await session.execute(insert(SessionRow).values(**values))


async def sessions_of(session: Session, person_id: UUID, now: datetime) -> list[OpenSession]:
    """Those that have not run out, newest first."""
    columns = select(SessionRow.id, SessionRow.created_at, SessionRow.expires_at)
    chosen = columns.where(SessionRow.person_id == person_id, SessionRow.expires_at > now)
    rows = await session.execute(chosen.order_by(SessionRow.created_at.desc()))
    return [OpenSession(*row) for row in rows]


async def remove_sessions(session: Session, person_id: UUID, *, keep: bytes | None) -> int:
    """All sessions of a person but one; how many."""
    chosen = delete(SessionRow).where(SessionRow.person_id == person_id)
    if keep is not None:
        chosen = chosen.where(SessionRow.token_digest != keep)
    return len((await session.execute(chosen.returning(SessionRow.id))).all())


async def session_id(session: Session, digest: bytes) -> UUID | None:
    """The public id of a signed-in browser."""
    chosen = select(SessionRow.id).where(SessionRow.token_digest == digest)
    return (await session.execute(chosen)).scalar_one_or_none()


async def has_session(session: Session, session_id: UUID, now: datetime) -> bool:
    """Whether a browser is still signed in."""
    chosen = select(SessionRow.id).where(SessionRow.id == session_id, SessionRow.expires_at > now)
    return (await session.execute(chosen)).first() is not None


async def remove_own_session(session: Session, person_id: UUID, session_id: UUID) -> bool:
    """Whether this person had such a session."""
    chosen = delete(SessionRow).where(
        SessionRow.person_id == person_id, SessionRow.id == session_id
    )
    return (await session.execute(chosen.returning(SessionRow.id))).first() is not None


async def remove_session(session: Session, digest: bytes) -> None:
    """Signing out."""
    await session.execute(delete(SessionRow).where(SessionRow.token_digest == digest))


async def remove_sessions_before(session: Session, moment: datetime) -> int:
    """A batch of sessions that ran out."""
    return await delete_batch(session, SessionRow, SessionRow.expires_at < moment)


async def person_of_session(session: Session, digest: bytes, now: datetime) -> Person | None:
    """Who is behind a session token that has not run out."""
    owner = select(SessionRow.person_id).where(
        SessionRow.token_digest == digest, SessionRow.expires_at > now
    )
    return await read_person(session, PersonRow.id.in_(owner), PersonRow.disabled_at.is_(None))
