"""SQL of the security log, and of how many the gate refused."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.identity.models import GateCountRow, SecurityRow
from showfloor.identity.types import CollectionPoint, GateCount, SecurityEvent, SecurityRecord
from showfloor.kit.db import Session, delete_batch


async def add_record(
    session: Session,
    at: datetime,
    event: SecurityEvent,
    person_id: UUID | None,
    by_id: UUID | None,
    about: str,
) -> None:
    """A line of the security log."""
    values = {"at": at, "event": event, "person_id": person_id, "by_id": by_id, "about": about}
    await session.execute(insert(SecurityRow).values(**values))


async def records(session: Session, limit: int, before: int | None) -> list[SecurityRecord]:
    """Newest first."""
    chosen = select(SecurityRow).order_by(SecurityRow.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(SecurityRow.id < before)
    return [
        SecurityRecord(
            row.id, row.at, SecurityEvent(row.event), row.person_id, row.by_id, row.about
        )
        for row in (await session.execute(chosen)).scalars()
    ]


async def count_records(session: Session, event: SecurityEvent, about: str, since: datetime) -> int:
    """How often that happened to whatever `about` begins with."""
    chosen = select(func.count()).where(
        SecurityRow.event == event,
        SecurityRow.about.startswith(about, autoescape=True),
        SecurityRow.at > since,
    )
    return (await session.execute(chosen)).scalar_one()


async def remove_records_before(session: Session, moment: datetime) -> int:
    """A batch of the log's oldest lines."""
    return await delete_batch(session, SecurityRow, SecurityRow.at < moment)


async def add_count(session: Session, count: GateCount) -> None:
    """Add to the count of the same hour, market and door."""
    new = insert_or(GateCountRow).values(**asdict(count))
    await session.execute(
        new.on_conflict_do_update(
            index_elements=[GateCountRow.hour, GateCountRow.market, GateCountRow.door],
            set_={"refused": GateCountRow.refused + new.excluded.refused},
        )
    )


async def remove_counts_before(session: Session, moment: datetime) -> int:
    """A batch of the oldest counts."""
    return await delete_batch(session, GateCountRow, GateCountRow.hour < moment)


async def counts(session: Session) -> list[GateCount]:
    """Newest hour first."""
    chosen = select(GateCountRow).order_by(
        GateCountRow.hour.desc(), GateCountRow.market, GateCountRow.door
    )
    return [
        GateCount(row.hour, row.market, CollectionPoint(row.door), row.refused)
        for row in (await session.execute(chosen)).scalars()
    ]
