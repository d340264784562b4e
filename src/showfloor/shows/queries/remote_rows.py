"""SQL of the devices that joined a show by code."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from showfloor.kit.db import Session
from showfloor.shows.models import RemoteRow
from showfloor.shows.types import Remote

_REMOTE_COLUMNS = [field.name for field in fields(Remote)]


def _remote(row: RemoteRow) -> Remote:
    return Remote(**{name: getattr(row, name) for name in _REMOTE_COLUMNS})


async def add_remote(session: Session, remote: Remote, digest: bytes) -> None:
    """A ticket that nobody has used yet."""
    await session.execute(insert(RemoteRow).values(**asdict(remote), secret_digest=digest))


async def remotes(session: Session, show_id: UUID, now: datetime) -> list[Remote]:
    """Those that have not run out, oldest first."""
    chosen = select(RemoteRow).where(RemoteRow.show_id == show_id, RemoteRow.expires_at > now)
    return [
        _remote(row) for row in (await session.execute(chosen.order_by(RemoteRow.id))).scalars()
    ]


async def remote_of(
    session: Session, digest: bytes, now: datetime, *, joined: bool
) -> Remote | None:
    """The remote behind a token (`joined`) or behind a ticket, which is locked."""
    chosen = select(RemoteRow).where(
        RemoteRow.secret_digest == digest,
        RemoteRow.expires_at > now,
        RemoteRow.joined_at.is_not(None) if joined else RemoteRow.joined_at.is_(None),
    )
    found = await session.execute(chosen if joined else chosen.with_for_update())
    row = found.scalar_one_or_none()
    return _remote(row) if row else None


async def join_remote(session: Session, remote: Remote, digest: bytes) -> None:
    """The ticket is used up; from here on the token of `digest` counts."""
    await session.execute(
        update(RemoteRow)
        .where(RemoteRow.id == remote.id)
        .values(secret_digest=digest, joined_at=remote.joined_at, expires_at=remote.expires_at)
    )


async def remove_remote(session: Session, show_id: UUID, remote_id: UUID) -> bool:
    """Whether the show had it."""
    chosen = delete(RemoteRow).where(RemoteRow.show_id == show_id, RemoteRow.id == remote_id)
    return (await session.execute(chosen.returning(RemoteRow.id))).first() is not None


async def remove_remotes(
    session: Session, show_id: UUID, *, before: datetime | None = None
) -> None:
    """All of a show, or those that ran out before."""
    chosen = delete(RemoteRow).where(RemoteRow.show_id == show_id)
    await session.execute(
        chosen if before is None else chosen.where(RemoteRow.expires_at <= before)
    )
