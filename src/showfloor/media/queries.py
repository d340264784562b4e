"""All SQL of `media`."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from showfloor.kit.db import Connection, Session, delete_batch, fetch
from showfloor.media.models import (
    DestinationRow,
    ForbiddenPlatformRow,
    IngestRow,
    RefusalRow,
    StreamKeyRow,
)
from showfloor.media.rules import key_id
from showfloor.media.types import Destination, IngestReport, IngestState, KeyOwner, Refusal

REFUSALS_SHOWN = 5


async def replace_key(
    session: Session, show_id: UUID, digest: bytes, hint: str, now: datetime
) -> None:
    """The old key stops working in the statement before the new one starts."""
    valid = (StreamKeyRow.show_id == show_id) & StreamKeyRow.revoked_at.is_(None)
    await session.execute(update(StreamKeyRow).where(valid).values(revoked_at=now))
    await session.execute(
        insert(StreamKeyRow).values(digest=digest, show_id=show_id, hint=hint, created_at=now)
    )


async def forget_show(session: Session, show_id: UUID) -> None:
    """Every row about the show."""
    for table in (StreamKeyRow, IngestRow, RefusalRow, DestinationRow):
        await session.execute(delete(table).where(table.show_id == show_id))


async def key_owner(session: Session, digest: bytes) -> KeyOwner | None:
    """The show behind a key, valid or not."""
    row = (
        await session.execute(
            select(StreamKeyRow.show_id, StreamKeyRow.revoked_at).where(
                StreamKeyRow.digest == digest
            )
        )
    ).first()
    return KeyOwner(key_id(digest), row.show_id, row.revoked_at is not None) if row else None


async def key_hint(session: Session, show_id: UUID) -> str | None:
    """The last characters of the valid key, so that a host can tell which one is in OBS."""
    valid = select(StreamKeyRow.hint).where(
        StreamKeyRow.show_id == show_id, StreamKeyRow.revoked_at.is_(None)
    )
    return (await session.execute(valid)).scalar_one_or_none()


async def valid_key_id(session: Session, show_id: UUID) -> str | None:
    """Which key a publisher must have come with."""
    valid = select(StreamKeyRow.digest).where(
        StreamKeyRow.show_id == show_id, StreamKeyRow.revoked_at.is_(None)
    )
    digest = (await session.execute(valid)).scalar_one_or_none()
    return key_id(digest) if digest is not None else None


async def add_refusal(session: Session, show_id: UUID, at: datetime, code: str) -> None:
    """Why a publisher was turned away."""
    await session.execute(insert(RefusalRow).values(show_id=show_id, at=at, code=code))


async def remove_refusals_before(session: Session, moment: datetime) -> int:
    """A batch of those that nobody is shown any more."""
    return await delete_batch(session, RefusalRow, RefusalRow.at < moment)


async def refusals(session: Session, show_id: UUID, since: datetime) -> tuple[Refusal, ...]:
    """The newest few."""
    chosen = select(RefusalRow.at, RefusalRow.code).where(
        RefusalRow.show_id == show_id, RefusalRow.at > since
    )
    rows = await session.execute(chosen.order_by(RefusalRow.at.desc()).limit(REFUSALS_SHOWN))
    return tuple(Refusal(row.at, row.code) for row in rows)


async def save_report(session: Session, report: IngestReport, seen_at: datetime) -> None:
    """The last report of a show replaces the one before."""
    values = {
        "ingest_id": report.ingest_id,
        "state": report.state,
        "since": report.since,
        "seen_at": seen_at,
        "health": asdict(report.health) if report.health else None,
        "destinations": [asdict(line) for line in report.destinations],
    }
    statement = upsert(IngestRow).values(show_id=report.show_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["show_id"], set_=values))


_REPLACE_REPORT: LiteralString = """
insert into ingest (show_id, ingest_id, state, since, seen_at, health, destinations)
values (%(show)s, %(ingest)s, %(state)s, %(since)s, %(seen_at)s, %(health)s, %(destinations)s)
on conflict (show_id) do update set ingest_id = excluded.ingest_id, state = excluded.state,
  since = excluded.since, seen_at = excluded.seen_at, health = excluded.health,
  destinations = excluded.destinations
returning (
  select digest from stream_key where show_id = %(show)s and revoked_at is null
), exists (select from destination where show_id = %(show)s and wanted)
"""


async def replace_report(
    connection: Connection, report: IngestReport, seen_at: datetime
) -> tuple[str | None, bool]:
    """As `save_report`; the key that is valid for the show now, and whether it has destinations."""
    values = {
        "show": report.show_id,
        "ingest": report.ingest_id,
        "state": report.state.value,
        "since": report.since,
        "seen_at": seen_at,
        "health": Jsonb(asdict(report.health)) if report.health else None,
        "destinations": Jsonb([asdict(line) for line in report.destinations]),
    }
    ((digest, pushes),) = await fetch(connection, _REPLACE_REPORT, values)
    return (key_id(digest) if digest is not None else None), pushes


async def destinations(session: Session, show_id: UUID) -> list[Destination]:
    """All of a show, oldest first."""
    chosen = select(DestinationRow).where(DestinationRow.show_id == show_id)
    rows = await session.execute(chosen.order_by(DestinationRow.id))
    return [_destination(row) for row in rows.scalars()]


def _destination(row: DestinationRow) -> Destination:
    return Destination(**{name: getattr(row, name) for name in _DESTINATION})


_DESTINATION = [member.name for member in fields(Destination)]


async def add_destination(session: Session, added: Destination) -> None:
    await session.execute(insert(DestinationRow).values(**_columns(added)))


async def save_destination(session: Session, changed: Destination) -> None:
    """All columns of one that is there."""
    statement = update(DestinationRow).where(DestinationRow.id == changed.id)
    await session.execute(statement.values(**_columns(changed)))


def _columns(destination: Destination) -> dict[str, object]:
    return {name: getattr(destination, name) for name in _DESTINATION}


async def remove_destination(session: Session, destination_id: UUID) -> None:
    await session.execute(delete(DestinationRow).where(DestinationRow.id == destination_id))


async def forbidden_platforms(session: Session) -> frozenset[str]:
    """Networks that the operator does not allow."""
    rows = await session.execute(select(ForbiddenPlatformRow.platform))
    return frozenset(rows.scalars())


async def forbid_platform(session: Session, platform: str, now: datetime) -> None:
    statement = upsert(ForbiddenPlatformRow).values(platform=platform, forbidden_at=now)
    await session.execute(statement.on_conflict_do_nothing())


async def allow_platform(session: Session, platform: str) -> None:
    chosen = ForbiddenPlatformRow.platform == platform
    await session.execute(delete(ForbiddenPlatformRow).where(chosen))


async def ingest(session: Session, show_id: UUID) -> IngestRow | None:
    """What was last reported."""
    return (
        await session.execute(select(IngestRow).where(IngestRow.show_id == show_id))
    ).scalar_one_or_none()


_PRESENT = IngestRow.state.in_([state for state in IngestState if state.present])


async def present_seen_before(session: Session, moment: datetime) -> list[UUID]:
    """Shows whose publisher was last heard of before `moment`, by id: `streaming` itself is
    gone.
    """
    stale = select(IngestRow.show_id).where(_PRESENT, IngestRow.seen_at < moment)
    return list((await session.execute(stale.order_by(IngestRow.show_id))).scalars())


async def first_seen_at(session: Session) -> datetime | None:
    """The oldest last word about a publisher that counts as present."""
    return (await session.execute(select(func.min(IngestRow.seen_at)).where(_PRESENT))).scalar_one()


async def mark_lost(session: Session, show_id: UUID, moment: datetime) -> bool:
    """Whether the publisher was still last heard of before `moment`; it counts as lost from now
    on.
    """
    stale = (IngestRow.show_id == show_id) & _PRESENT & (IngestRow.seen_at < moment)
    marked = await session.execute(
        update(IngestRow).where(stale).values(state=IngestState.LOST).returning(IngestRow.show_id)
    )
    return marked.first() is not None
