"""SQL of captions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from showfloor.kit.db import Session
from showfloor.shows.models import CaptionRow
from showfloor.shows.types import Caption


async def add_captions(session: Session, captions: Sequence[Caption]) -> None:
    """New lines."""
    rows = [
        {
            "id": each.id,
            "show_id": each.show_id,
            "language": each.language,
            "starts_at": each.start,
            "ends_at": each.end,
            "text": each.text,
        }
        for each in captions
    ]
    if rows:
        await session.execute(insert(CaptionRow), rows)


async def captions(session: Session, show_id: UUID, language: str) -> list[Caption]:
    """The lines of a language by start."""
    chosen = select(CaptionRow).where(
        CaptionRow.show_id == show_id, CaptionRow.language == language
    )
    ordered = chosen.order_by(CaptionRow.starts_at, CaptionRow.id)
    rows = await session.execute(ordered.execution_options(populate_existing=True))
    return [
        Caption(row.id, row.show_id, row.language, row.starts_at, row.ends_at, row.text)
        for row in rows.scalars()
    ]


async def count_captions(session: Session, show_id: UUID, language: str) -> int:
    """How many lines there are in a language."""
    counted = select(func.count()).where(
        CaptionRow.show_id == show_id, CaptionRow.language == language
    )
    return int((await session.execute(counted)).scalar_one())


async def edit_caption(
    session: Session, show_id: UUID, language: str, caption_id: UUID, text: str
) -> None:
    """Other words for a line, or none: then it goes. A line that is not there stays so."""
    mine = (
        (CaptionRow.id == caption_id)
        & (CaptionRow.show_id == show_id)
        & (CaptionRow.language == language)
    )
    if text:
        await session.execute(update(CaptionRow).where(mine).values(text=text))
    else:
        await session.execute(delete(CaptionRow).where(mine))


async def remove_captions(session: Session, show_id: UUID, language: str | None) -> None:
    """All lines of a language, or of every language."""
    chosen = delete(CaptionRow).where(CaptionRow.show_id == show_id)
    if language is not None:
        chosen = chosen.where(CaptionRow.language == language)
    await session.execute(chosen)
