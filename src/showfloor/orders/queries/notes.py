"""What a merchant's people note about an order."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select

from showfloor.kit.db import Session
from showfloor.orders.models import NoteRow
from showfloor.orders.types import Note


async def add_note(session: Session, order_id: UUID, note: Note) -> None:
    await session.execute(
        insert(NoteRow).values(id=note.id, order_id=order_id, text=note.text, at=note.at)
    )


async def notes_of(session: Session, order_id: UUID) -> list[Note]:
    """Oldest first."""
    chosen = select(NoteRow).where(NoteRow.order_id == order_id).order_by(NoteRow.id)
    rows = (await session.execute(chosen)).scalars()
    return [Note(row.id, row.text, row.at) for row in rows]
