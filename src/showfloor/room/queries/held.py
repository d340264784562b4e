"""SQL of the messages that wait for a moderator."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update

from showfloor.kit.db import Session
from showfloor.room.models import CHANGES, MessageRow
from showfloor.room.queries.messages import read_message
from showfloor.room.types import Message, MessageState


async def held_messages(session: Session, show_id: UUID, most: int) -> list[Message]:
    """What waits for a moderator, the oldest first."""
    oldest = select(MessageRow).where(_held(show_id)).order_by(MessageRow.id).limit(most)
    return [read_message(row) for row in (await session.execute(oldest)).scalars()]


async def count_held(session: Session, show_id: UUID) -> int:
    counted = select(func.count()).select_from(MessageRow).where(_held(show_id))
    return (await session.execute(counted)).scalar_one()


def _held(show_id: UUID) -> ColumnElement[bool]:
    return and_(MessageRow.show_id == show_id, MessageRow.state == MessageState.HELD.value)


async def refuse_held_of(
    session: Session, author_ids: Collection[UUID], show_ids: Collection[UUID]
) -> list[tuple[UUID, UUID]]:
    """What these authors have waiting in these shows is deleted: the shows and ids of the messages.
    Needs the lock of the authors (`lock_writer`).
    """
    # One that is locked is being decided on; whoever mutes its writer by it would wait for us.
    held = (
        select(MessageRow.id)
        .where(
            MessageRow.author_id.in_(author_ids),
            MessageRow.show_id.in_(show_ids),
            MessageRow.state == MessageState.HELD.value,
        )
        .with_for_update(skip_locked=True)
    )
    refused = (
        update(MessageRow)
        .where(MessageRow.id.in_((await session.execute(held)).scalars().all()))
        .values(state=MessageState.DELETED.value, change=CHANGES.next_value())
        .returning(MessageRow.show_id, MessageRow.id)
    )
    return [(row.show_id, row.id) for row in await session.execute(refused)]
