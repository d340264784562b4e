"""SQL of what moderators did."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from showfloor.kit.db import Session, delete_batch
from showfloor.room.models import ActionRow
from showfloor.room.types import Action, ActionKind


async def add_action(session: Session, action: Action) -> None:
    session.add(
        ActionRow(
            id=action.id,
            show_id=action.show_id,
            message_id=action.message_id,
            person_id=action.person_id,
            kind=action.kind.value,
            reason=action.reason,
            at=action.at,
            detail=action.detail,
            question_id=action.question_id,
        )
    )


async def actions(session: Session, show_id: UUID, most: int) -> list[Action]:
    """The newest first, so many of each kind: pins do not crowd out what was deleted. Of what was
    done to one message again and again, the older times are the first to be left out.
    """
    times = func.row_number().over(
        partition_by=(ActionRow.kind, ActionRow.message_id, ActionRow.question_id),
        order_by=ActionRow.id.desc(),
    )
    counted = (
        select(ActionRow.id, ActionRow.kind, times.label("times"))
        .where(ActionRow.show_id == show_id)
        .subquery()
    )
    rank = func.row_number().over(
        partition_by=counted.c.kind, order_by=(counted.c.times, counted.c.id.desc())
    )
    ranked = select(counted.c.id, rank.label("rank")).subquery()
    listed = select(ranked.c.id).where(ranked.c.rank <= most)
    newest = select(ActionRow).where(ActionRow.id.in_(listed)).order_by(ActionRow.id.desc())
    return [
        Action(
            row.id,
            row.show_id,
            row.message_id,
            row.person_id,
            ActionKind(row.kind),
            row.reason,
            row.at,
            row.detail,
            row.question_id,
        )
        for row in (await session.execute(newest)).scalars()
    ]


async def delete_actions(session: Session, before: datetime) -> int:
    """A batch of the oldest; how many went."""
    return await delete_batch(session, ActionRow, ActionRow.at < before)
