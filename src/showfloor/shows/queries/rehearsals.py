"""SQL about rehearsals."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.shows.models import RehearsalRow, ShowProductRow, ShowRow
from showfloor.shows.types import Rehearsal, RehearsalFigures, ShowState

_COLUMNS = [member.name for member in fields(Rehearsal)]


def _rehearsal(row: RehearsalRow) -> Rehearsal:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Rehearsal(**values | {"figures": _figures(row.figures)})


def _figures(stored: dict[str, Any] | None) -> RehearsalFigures | None:
    if stored is None:
        return None
    return RehearsalFigures(**stored | {"taken": Money(**stored["taken"])})


async def add_rehearsal(session: Session, added: Rehearsal) -> None:
    await session.execute(insert(RehearsalRow).values(**asdict(added)))


async def copy_shelf(session: Session, source: UUID, target: UUID) -> None:
    """The same products in the same order under the same numbers."""
    shelf = select(
        ShowProductRow.product_id, ShowProductRow.position, ShowProductRow.item_number
    ).where(ShowProductRow.show_id == source)
    rows = [{"show_id": target, **row._mapping} for row in await session.execute(shelf)]
    if rows:
        await session.execute(insert(ShowProductRow), rows)


async def rehearsal_of(session: Session, show_id: UUID) -> Rehearsal | None:
    """That of a show, or the rehearsal that this show is."""
    chosen = select(RehearsalRow).where(
        (RehearsalRow.of_show_id == show_id) | (RehearsalRow.show_id == show_id)
    )
    row = (
        await session.execute(chosen.execution_options(populate_existing=True))
    ).scalar_one_or_none()
    return _rehearsal(row) if row else None


async def rehearsals(session: Session) -> list[Rehearsal]:
    """All that run, oldest first."""
    rows = await session.execute(
        select(RehearsalRow)
        .order_by(RehearsalRow.started_at, RehearsalRow.show_id)
        .execution_options(populate_existing=True)
    )
    return [_rehearsal(row) for row in rows.scalars()]


async def rehearsals_over(session: Session, now: datetime) -> list[UUID]:
    """Shows whose rehearsal has lasted as long as one may."""
    over = select(RehearsalRow.of_show_id).where(RehearsalRow.ends_at <= now)
    return list((await session.execute(over.order_by(RehearsalRow.ends_at))).scalars())


async def save_figures(session: Session, show_id: UUID, figures: RehearsalFigures) -> None:
    """Nothing happens when the rehearsal is over."""
    stored = asdict(figures) | {"refused": dict(figures.refused)}
    await session.execute(
        update(RehearsalRow).where(RehearsalRow.show_id == show_id).values(figures=stored)
    )


async def delete_rehearsal(session: Session, show_id: UUID) -> None:
    """The show, and with it (by cascade) shelf, cues, captions, remotes and the row that says what
    it rehearses. Never a show in another state.
    """
    await session.execute(
        delete(ShowRow).where(ShowRow.id == show_id, ShowRow.state == ShowState.REHEARSAL)
    )
