"""All SQL of `privacy`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from showfloor.kit.db import Session
from showfloor.privacy.models import ReceiptRow, RequestRow
from showfloor.privacy.types import Receipt, Request, RequestKind


async def add_request(session: Session, new: Request, viewer_id: UUID) -> None:
    values = {
        "id": new.id,
        "kind": new.kind.value,
        "asked_at": new.asked_at,
        "due_at": new.due_at,
        "viewer_id": viewer_id,
        "sealed": new.sealed,
    }
    await session.execute(insert(RequestRow).values(**values))


async def open_erasure_of(session: Session, viewer_id: UUID) -> Request | None:
    chosen = select(RequestRow).where(
        RequestRow.viewer_id == viewer_id,
        RequestRow.kind == RequestKind.ERASE.value,
        RequestRow.done_at.is_(None),
    )
    row = (await session.execute(chosen)).scalars().first()
    return _request(row) if row else None


async def count_open_of(session: Session, viewer_id: UUID) -> int:
    chosen = select(func.count()).select_from(RequestRow)
    still = chosen.where(RequestRow.viewer_id == viewer_id, RequestRow.done_at.is_(None))
    return int((await session.execute(still)).scalar_one())


async def find_request(session: Session, request_id: UUID, *, lock: bool = False) -> Request | None:
    chosen = select(RequestRow).where(RequestRow.id == request_id)
    row = (await session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    return _request(row) if row else None


async def open_requests(session: Session) -> list[Request]:
    """The nearest due date first."""
    chosen = select(RequestRow).where(RequestRow.done_at.is_(None))
    rows = await session.execute(chosen.order_by(RequestRow.due_at, RequestRow.id))
    return [_request(row) for row in rows.scalars()]


async def requests_of(session: Session, viewer_id: UUID) -> list[Request]:
    """Oldest first, until they are answered."""
    chosen = select(RequestRow).where(RequestRow.viewer_id == viewer_id)
    rows = await session.execute(chosen.order_by(RequestRow.id))
    return [_request(row) for row in rows.scalars()]


async def open_erasures(session: Session) -> list[UUID]:
    chosen = select(RequestRow.id).where(
        RequestRow.kind == RequestKind.ERASE.value, RequestRow.done_at.is_(None)
    )
    return list((await session.execute(chosen.order_by(RequestRow.asked_at))).scalars())


async def add_erased(
    session: Session, request_id: UUID, eraser: str, rows: int, given_at: datetime | None
) -> None:
    """More rows that a module erased. `given_at` is when it gave its receipt, None while something
    of it waits.
    """
    more = upsert(ReceiptRow).values(request_id=request_id, eraser=eraser, rows=rows, at=given_at)
    summed = {"rows": ReceiptRow.rows + more.excluded.rows, "at": more.excluded.at}
    await session.execute(
        more.on_conflict_do_update(set_=summed, index_elements=["request_id", "eraser"])
    )


async def receipts_of(session: Session, request_id: UUID) -> list[Receipt]:
    """In the order in which they were given."""
    chosen = select(ReceiptRow.eraser, ReceiptRow.rows, ReceiptRow.at).where(
        ReceiptRow.request_id == request_id
    )
    given = await session.execute(chosen.order_by(ReceiptRow.at, ReceiptRow.eraser))
    return [Receipt(eraser, rows, at) for eraser, rows, at in given if at is not None]


async def end_request(session: Session, request_id: UUID, now: datetime) -> None:
    """Who asked is forgotten with it."""
    done = update(RequestRow).where(RequestRow.id == request_id)
    await session.execute(done.values(done_at=now, viewer_id=None, sealed=None))


async def forget_asker(session: Session, viewer_id: UUID, now: datetime) -> int:
    """Nobody can be answered any more, so whatever they asked for ends; how many requests."""
    theirs = update(RequestRow).where(RequestRow.viewer_id == viewer_id)
    ended = func.coalesce(RequestRow.done_at, now)
    gone = theirs.values(viewer_id=None, sealed=None, done_at=ended).returning(RequestRow.id)
    return len((await session.execute(gone)).all())


def _request(row: RequestRow) -> Request:
    return Request(row.id, RequestKind(row.kind), row.asked_at, row.due_at, row.done_at, row.sealed)
