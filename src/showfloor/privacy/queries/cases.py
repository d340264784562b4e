"""SQL of suspicions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session, delete_batch
from showfloor.privacy.models import CaseRow
from showfloor.privacy.types.cases import About, AgeCase, CaseState, Decision, Source, Suspicion
from showfloor.privacy.types.evidence import Actor


async def add_case(
    session: Session, case_id: UUID, said: Suspicion, now: datetime, due_at: datetime
) -> AgeCase:
    """The open case about this person, locked: this one, or the one that was there, with one report
    more.
    """
    added = insert(CaseRow).values(
        id=case_id,
        about=said.about.value,
        subject_id=said.subject_id,
        source=said.source.value,
        by=said.by.value,
        state=CaseState.OPEN.value,
        reports=1,
        opened_at=now,
        due_at=due_at,
    )
    stored = added.on_conflict_do_update(
        index_elements=["about", "subject_id"],
        index_where=CaseRow.state != CaseState.CLOSED.value,
        set_={"reports": CaseRow.reports + 1},
    ).returning(CaseRow)
    row = (
        await session.execute(stored, execution_options={"populate_existing": True})
    ).scalar_one()
    return _case(row)


async def delete_case(session: Session, case_id: UUID) -> None:
    """There is nobody whom it could be about."""
    await session.execute(delete(CaseRow).where(CaseRow.id == case_id))


async def last_closed(session: Session, said: Suspicion) -> AgeCase | None:
    """The newest decided case about this person."""
    chosen = (
        select(CaseRow)
        .where(
            CaseRow.about == said.about.value,
            CaseRow.subject_id == said.subject_id,
            CaseRow.state == CaseState.CLOSED.value,
            CaseRow.decided_at.is_not(None),
        )
        .order_by(CaseRow.decided_at.desc())
        .limit(1)
    )
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _case(row) if row else None


async def open_case_of(session: Session, about: About, subject_id: UUID) -> AgeCase | None:
    """Locked."""
    chosen = select(CaseRow).where(
        CaseRow.about == about.value,
        CaseRow.subject_id == subject_id,
        CaseRow.state != CaseState.CLOSED.value,
    )
    row = (await session.execute(chosen.with_for_update())).scalar_one_or_none()
    return _case(row) if row else None


async def lock_case(session: Session, case_id: UUID) -> AgeCase | None:
    row = await session.get(CaseRow, case_id, with_for_update=True)
    return _case(row) if row else None


async def open_cases(session: Session) -> list[AgeCase]:
    """Those that wait for a decision, the nearest deadline first."""
    chosen = select(CaseRow).where(CaseRow.state == CaseState.OPEN.value)
    rows = await session.execute(chosen.order_by(CaseRow.due_at, CaseRow.id))
    return [_case(row) for row in rows.scalars()]


async def to_carry_out(session: Session, now: datetime) -> list[UUID]:
    """Cases whose deadline has passed, and those whose person is being erased."""
    overdue = (CaseRow.state == CaseState.OPEN.value) & (CaseRow.due_at <= now)
    chosen = select(CaseRow.id).where(overdue | (CaseRow.state == CaseState.PURGING.value))
    return list((await session.execute(chosen.order_by(CaseRow.due_at))).scalars())


async def decided_since(session: Session, moment: datetime) -> list[AgeCase]:
    chosen = select(CaseRow).where(CaseRow.decided_at >= moment)
    return [_case(row) for row in (await session.execute(chosen)).scalars()]


async def change_case(session: Session, case_id: UUID, **values: Any) -> None:
    """By the names of the table's columns."""
    await session.execute(update(CaseRow).where(CaseRow.id == case_id).values(**values))


async def count_report(session: Session, case_id: UUID) -> None:
    """One more about a case that is closed."""
    await change_case(session, case_id, reports=CaseRow.reports + 1)


async def list_of(
    session: Session, about: About, subject_id: UUID, *, lock: bool = False
) -> list[AgeCase]:
    """All that lead to this person, the oldest first."""
    theirs = (CaseRow.about == about.value, CaseRow.subject_id == subject_id)
    chosen = select(CaseRow).where(*theirs).order_by(CaseRow.id)
    rows = await session.execute(chosen.with_for_update() if lock else chosen)
    return [_case(row) for row in rows.scalars()]


async def forget_person(session: Session, subject_id: UUID) -> int:
    """No case leads to them any more, nor says in words who it was; in how many."""
    theirs = update(CaseRow).where(CaseRow.subject_id == subject_id)
    emptied = theirs.values(subject_id=None, words=None, salt=None).returning(CaseRow.id)
    return len((await session.execute(emptied)).all())


async def delete_old(session: Session, now: datetime, kept: timedelta) -> int:
    """A batch of cases that were decided so long ago; how many went."""
    return await delete_batch(
        session,
        CaseRow,
        CaseRow.decided_at < now - kept,
        CaseRow.state != CaseState.PURGING.value,
    )


def _case(row: CaseRow) -> AgeCase:
    return AgeCase(
        id=row.id,
        about=About(row.about),
        subject_id=row.subject_id,
        source=Source(row.source),
        by=Actor(row.by),
        state=CaseState(row.state),
        reports=row.reports,
        opened_at=row.opened_at,
        due_at=row.due_at,
        reviewed_at=row.reviewed_at,
        appealed_at=row.appealed_at,
        proof=row.proof,
        decided_at=row.decided_at,
        decision=Decision(row.decision) if row.decision else None,
        reason=row.reason,
    )
