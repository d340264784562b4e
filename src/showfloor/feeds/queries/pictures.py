"""SQL of the pictures of imported products."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.feeds.models import ImportPictureRow
from showfloor.feeds.types import (
    ClaimedPicture,
    PictureCounts,
    PictureLine,
    PicturePage,
    PictureState,
    StoredPicture,
    WantedPicture,
)
from showfloor.kit.db import Session

_ROWS_AT_ONCE = 1000
"""A statement takes at most 65,535 parameters."""
_WAITING, _DONE = PictureState.WAITING.value, PictureState.DONE.value


async def want(
    session: Session,
    import_id: UUID,
    wanted: Mapping[UUID, Sequence[WantedPicture]],
    now: datetime,
) -> set[UUID]:
    """By product, in their order: what is here stays, what failed is tried again, what is not
    wanted any more goes. The products whose pictures may have to be arranged anew: those of which
    something that is here, or their order, changed.
    """
    rows = [
        {
            "import_id": import_id,
            "product_id": product_id,
            "digest": sha256(picture.url.encode()).digest(),
            "url": picture.url,
            "alt": picture.alt,
            "position": position,
            "variants": [variant.hex for variant in picture.variants],
            "state": _WAITING,
            "not_before": now,
        }
        for product_id, pictures in wanted.items()
        for position, picture in enumerate(pictures)
    ]
    if not rows:
        return set()
    moved = set[UUID]()
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        moved |= await _upsert(session, rows[start : start + _ROWS_AT_ONCE])
    gone = await _forget_others(session, rows)
    return moved | gone


async def _upsert(session: Session, rows: list[dict[str, object]]) -> set[UUID]:
    row = ImportPictureRow
    new = insert_or(row).values(rows)
    is_here = row.state == _DONE
    said = {name: new.excluded[name] for name in ("alt", "position", "variants")}
    again = ("import_id", "state", "not_before")
    differs = or_(*(getattr(row, name).is_distinct_from(value) for name, value in said.items()))
    stored = new.on_conflict_do_update(
        index_elements=["product_id", "digest"],
        set_={
            **said,
            **{
                name: case((is_here, getattr(row, name)), else_=new.excluded[name])
                for name in again
            },
            "attempts": case((is_here, row.attempts), else_=0),
        },
        where=or_(~is_here, differs),
    ).returning(row.product_id, row.state)
    return {each.product_id for each in await session.execute(stored) if each.state == _DONE}


async def _forget_others(session: Session, rows: list[dict[str, object]]) -> set[UUID]:
    """What the file does not name any more."""
    products = {each["product_id"] for each in rows}
    known = {(each["product_id"], each["digest"]) for each in rows}
    columns = select(ImportPictureRow.id, ImportPictureRow.product_id, ImportPictureRow.digest)
    found = await session.execute(columns.where(ImportPictureRow.product_id.in_(products)))
    gone = {each.id: each.product_id for each in found if (each[1], each[2]) not in known}
    if gone:
        await session.execute(delete(ImportPictureRow).where(ImportPictureRow.id.in_(gone)))
    return set(gone.values())


async def claim(
    session: Session, now: datetime, until: datetime, limit: int
) -> list[ClaimedPicture]:
    """Those that are due longest; nobody else gets them before `until`."""
    due = (
        select(ImportPictureRow.id)
        .where(ImportPictureRow.state == _WAITING, ImportPictureRow.not_before <= now)
        .order_by(ImportPictureRow.not_before, ImportPictureRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = (
        update(ImportPictureRow)
        .where(ImportPictureRow.id == due.c.id)
        .values(not_before=until, attempts=ImportPictureRow.attempts + 1)
        .returning(ImportPictureRow)
    )
    rows = (await session.execute(claimed)).scalars()
    return [ClaimedPicture(row.id, row.product_id, row.url, row.attempts) for row in rows]


async def note_stored(
    session: Session, picture: ClaimedPicture, url: str, width: int, height: int
) -> None:
    values = {"stored_url": url, "width": width, "height": height, "error": None}
    await _note(session, picture, {"state": _DONE, "error_params": {}, **values})


async def note_failed(
    session: Session, picture: ClaimedPicture, code: str, params: dict[str, str]
) -> None:
    values = {"state": PictureState.FAILED.value, "error": code, "error_params": params}
    await _note(session, picture, values)


async def put_off(session: Session, picture: ClaimedPicture, until: datetime) -> None:
    await _note(session, picture, {"not_before": until})


async def _note(session: Session, picture: ClaimedPicture, values: Mapping[str, object]) -> None:
    """Of nobody who lost it to another worker, or to an import that wants it anew."""
    noted = update(ImportPictureRow).where(
        ImportPictureRow.id == picture.id,
        ImportPictureRow.state == _WAITING,
        ImportPictureRow.attempts == picture.attempts,
    )
    await session.execute(noted.values(**values))


async def next_due(session: Session) -> datetime | None:
    chosen = select(func.min(ImportPictureRow.not_before))
    return (await session.execute(chosen.where(ImportPictureRow.state == _WAITING))).scalar_one()


async def stored(
    session: Session, product_ids: Collection[UUID]
) -> dict[UUID, list[StoredPicture]]:
    """The pictures that are here, by product, in their order."""
    rows = await session.execute(
        select(ImportPictureRow)
        .where(ImportPictureRow.product_id.in_(product_ids), ImportPictureRow.state == _DONE)
        .order_by(ImportPictureRow.product_id, ImportPictureRow.position)
        # The same session may have read a row before it was noted by a statement.
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[StoredPicture]] = {}
    for row in rows.scalars():
        found.setdefault(row.product_id, []).append(_stored(row))
    return found


def _stored(row: ImportPictureRow) -> StoredPicture:
    assert row.stored_url is not None and row.width is not None and row.height is not None
    variants = tuple(UUID(each) for each in row.variants)
    return StoredPicture(row.product_id, row.stored_url, row.width, row.height, row.alt, variants)


async def count(session: Session, import_ids: Collection[UUID]) -> dict[UUID, PictureCounts]:
    """By import; those without pictures are left out."""
    chosen = (
        select(ImportPictureRow.import_id, ImportPictureRow.state, func.count())
        .where(ImportPictureRow.import_id.in_(import_ids))
        .group_by(ImportPictureRow.import_id, ImportPictureRow.state)
    )
    counted: dict[UUID, dict[str, int]] = {}
    for import_id, state, number in await session.execute(chosen):
        counted.setdefault(import_id, {})[state] = number
    return {import_id: PictureCounts(**states) for import_id, states in counted.items()}


async def lines(
    session: Session,
    import_id: UUID,
    states: Collection[PictureState],
    limit: int,
    after: int,
) -> PicturePage:
    chosen = (
        select(ImportPictureRow)
        .where(
            ImportPictureRow.import_id == import_id,
            ImportPictureRow.state.in_([state.value for state in states]),
            ImportPictureRow.id > after,
        )
        .order_by(ImportPictureRow.id)
        .limit(limit + 1)
    )
    rows = (await session.execute(chosen)).scalars().all()
    page = tuple(_line(row) for row in rows[:limit])
    return PicturePage(page, page[-1].id if len(rows) > limit else None)


def _line(row: ImportPictureRow) -> PictureLine:
    return PictureLine(
        row.id,
        row.product_id,
        row.url,
        PictureState(row.state),
        row.error,
        row.error_params,
    )
