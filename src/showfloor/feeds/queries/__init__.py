"""All SQL of `feeds`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.exc import IntegrityError

from showfloor.catalog.imports.program import AUTO
from showfloor.feeds.models import ImportLineRow, ImportRow, ImportSourceRow
from showfloor.feeds.types import (
    Change,
    Counts,
    Import,
    ImportState,
    Line,
    LineKind,
    LinePage,
    NewImport,
    Validators,
)
from showfloor.kit.db import Session, delete_batch

_OPEN = ImportRow.state.in_((ImportState.WAITING.value, ImportState.RUNNING.value))
_COUNTS = ("rows", "created", "changed", "unchanged", "left_out", "notes")


async def add_import(session: Session, new: NewImport, now: datetime) -> bool:
    """False when the merchant has another one that is not over, or the same key."""
    row = insert_or(ImportRow).values(
        **asdict(new), state=ImportState.WAITING.value, made_at=now, not_before=now
    )
    added = await session.execute(row.on_conflict_do_nothing().returning(ImportRow.id))
    return added.first() is not None


async def import_of_key(
    session: Session, merchant_id: UUID, key: bytes
) -> tuple[Import, bytes] | None:
    """With the digest of its request."""
    found = await session.execute(
        select(ImportRow).where(ImportRow.merchant_id == merchant_id, ImportRow.key == key)
    )
    row = found.scalar_one_or_none()
    return (_import(row), row.request) if row else None


async def note_fetched(
    session: Session, taken: Import, validators: Validators, now: datetime, until: datetime
) -> bool:
    """Its file is here. False when another worker has it meanwhile."""
    values = {**asdict(validators), "fetched_at": now, "not_before": until}
    return await _note(session, taken, values)


async def note_not_modified(session: Session, taken: Import, now: datetime) -> bool:
    """The address has what was taken over before: there is nothing to do."""
    values = {"state": ImportState.DONE.value, "ended_at": now, "not_modified": True}
    return await _note(session, taken, values)


async def validators_of(session: Session, taken: Import, digest: bytes) -> Validators | None:
    """Of the version that was taken over last, if it was read as this import would read it."""
    row = await session.get(ImportSourceRow, (taken.merchant_id, digest))
    if row is None or row.currency != taken.currency or taken.format not in (AUTO, row.format):
        return None
    return Validators(row.etag, row.last_modified)


async def remember_source(session: Session, taken: Import, digest: bytes, format: str) -> None:
    """This version was taken over, read as what it turned out to be."""
    values = {"format": format, "currency": taken.currency, **asdict(taken.validators)}
    await session.execute(
        insert_or(ImportSourceRow)
        .values(merchant_id=taken.merchant_id, digest=digest, **values)
        .on_conflict_do_update(index_elements=["merchant_id", "digest"], set_=values)
    )


async def get_import(session: Session, import_id: UUID, *, lock: bool = False) -> Import | None:
    chosen = select(ImportRow).where(ImportRow.id == import_id)
    found = await session.execute(chosen.with_for_update() if lock else chosen)
    row = found.scalar_one_or_none()
    return _import(row) if row else None


async def imports_of(
    session: Session, merchant_ids: frozenset[UUID], limit: int, before: UUID | None
) -> list[Import]:
    """Newest first."""
    chosen = select(ImportRow).where(ImportRow.merchant_id.in_(merchant_ids))
    if before is not None:
        chosen = chosen.where(ImportRow.id < before)
    rows = await session.execute(chosen.order_by(ImportRow.id.desc()).limit(limit))
    return [_import(row) for row in rows.scalars()]


async def begin_again(session: Session, import_id: UUID, now: datetime) -> bool:
    """A compared import is to be taken over: counted anew, from the start of its file. False when
    the merchant has another one that is not over.
    """
    try:
        async with session.begin_nested():
            await session.execute(
                update(ImportRow)
                .where(ImportRow.id == import_id)
                .values(
                    state=ImportState.WAITING.value,
                    dry_run=False,
                    expected=ImportRow.handled,
                    handled=0,
                    attempts=0,
                    not_before=now,
                    ended_at=None,
                    **dict.fromkeys(_COUNTS, 0),
                )
            )
    except IntegrityError:
        return False
    await session.execute(delete(ImportLineRow).where(ImportLineRow.import_id == import_id))
    return True


async def claim_import(session: Session, now: datetime, until: datetime) -> Import | None:
    """The oldest that is due; nobody else gets it before `until`."""
    due = (
        select(ImportRow.id)
        .where(_OPEN, ImportRow.not_before <= now)
        .order_by(ImportRow.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = (
        update(ImportRow)
        .where(ImportRow.id == due.c.id)
        .values(state=ImportState.RUNNING.value, not_before=until, attempts=ImportRow.attempts + 1)
        .returning(ImportRow)
    )
    row = (await session.execute(claimed)).scalar_one_or_none()
    return _import(row) if row else None


async def note_progress(
    session: Session, taken: Import, counts: Counts, handled: int, until: datetime
) -> bool:
    """So far; the lease is extended. False when another worker has it meanwhile."""
    values = {**asdict(counts), "handled": handled, "not_before": until}
    return await _note(session, taken, values)


async def note_end(
    session: Session,
    taken: Import,
    *,
    state: ImportState,
    format: str,
    rows: int,
    now: datetime,
    error: str | None = None,
    error_params: dict[str, str] | None = None,
) -> bool:
    values = {
        "state": state.value,
        "format": format,
        "rows": rows,
        "ended_at": now,
        "error": error,
        "error_params": error_params or {},
    }
    return await _note(session, taken, values)


async def put_off(session: Session, taken: Import, until: datetime) -> bool:
    """It failed for no fault of the file, and is tried again."""
    return await _note(session, taken, {"state": ImportState.WAITING.value, "not_before": until})


async def _note(session: Session, taken: Import, values: Mapping[str, object]) -> bool:
    noted = update(ImportRow).where(
        ImportRow.id == taken.id, _OPEN, ImportRow.attempts == taken.attempts
    )
    return (
        await session.execute(noted.values(**values).returning(ImportRow.id))
    ).first() is not None


async def add_lines(session: Session, import_id: UUID, lines: Sequence[Line]) -> None:
    rows = [
        {
            **asdict(line),
            "import_id": import_id,
            "kind": line.kind.value,
            "changes": [asdict(change) for change in line.changes],
        }
        for line in lines
    ]
    if rows:
        await session.execute(insert(ImportLineRow), rows)


async def lines_of(
    session: Session, import_id: UUID, kinds: Sequence[LineKind], limit: int, after: int
) -> LinePage:
    """In the order of the file."""
    chosen = (
        select(ImportLineRow)
        .where(
            ImportLineRow.import_id == import_id,
            ImportLineRow.kind.in_([kind.value for kind in kinds]),
            ImportLineRow.id > after,
        )
        .order_by(ImportLineRow.id)
        .limit(limit + 1)
    )
    rows = (await session.execute(chosen)).scalars().all()
    page = tuple(_line(row) for row in rows[:limit])
    return LinePage(page, rows[limit - 1].id if len(rows) > limit else None)


async def next_due(session: Session) -> datetime | None:
    """When the first that waits, or whose worker died, is to be taken."""
    return (await session.execute(select(func.min(ImportRow.not_before)).where(_OPEN))).scalar_one()


async def over_before(session: Session, moment: datetime) -> list[UUID]:
    """Some of those that ended before."""
    chosen = select(ImportRow.id).where(ImportRow.ended_at < moment, ~_OPEN).limit(100)
    return list((await session.execute(chosen)).scalars())


async def compared_before_the_last(session: Session, merchant_id: UUID, kept: int) -> list[UUID]:
    """A merchant's comparisons but the newest ones."""
    compared = ImportRow.merchant_id == merchant_id, ImportRow.state == ImportState.COMPARED.value
    chosen = select(ImportRow.id).where(*compared).order_by(ImportRow.id.desc()).offset(kept)
    return list((await session.execute(chosen)).scalars())


async def known_imports(session: Session, import_ids: Collection[UUID]) -> set[UUID]:
    chosen = select(ImportRow.id).where(ImportRow.id.in_(import_ids))
    return set((await session.execute(chosen)).scalars())


async def remove_before(session: Session, moment: datetime) -> int:
    return await delete_batch(session, ImportRow, ImportRow.ended_at < moment, ~_OPEN)


def _import(row: ImportRow) -> Import:
    return Import(
        id=row.id,
        merchant_id=row.merchant_id,
        format=row.format,
        currency=row.currency,
        file_name=row.file_name,
        dry_run=row.dry_run,
        state=ImportState(row.state),
        counts=Counts(*(getattr(row, name) for name in _COUNTS)),
        handled=row.handled,
        expected=row.expected,
        error=row.error,
        error_params=row.error_params,
        made_at=row.made_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        url=row.url,
        fetched=row.fetched_at is not None,
        not_modified=row.not_modified,
        validators=Validators(row.etag, row.last_modified),
    )


def _line(row: ImportLineRow) -> Line:
    return Line(
        LineKind(row.kind),
        row.row,
        row.name,
        row.sku,
        tuple(Change(**change) for change in row.changes),
        row.column,
        row.code,
        row.params,
    )
