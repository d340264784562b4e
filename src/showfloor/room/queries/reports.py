"""SQL of what viewers report."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit import ids
from showfloor.kit.db import Session, delete_batch
from showfloor.room.models import MessageRow, ReportRow
from showfloor.room.queries.messages import messages_by_id
from showfloor.room.types import Case, Message, MessageState, ReportReason


async def add_report(
    session: Session, message: Message, network: bytes, reason: ReportReason, at: datetime
) -> None:
    """One of a network. Of a message that the team keeps it opens no case again."""
    decided = select(ReportRow.id).where(
        ReportRow.message_id == message.id, ReportRow.decided.is_(True)
    )
    was_decided = (await session.execute(decided.limit(1))).first() is not None
    added = insert(ReportRow).values(
        id=ids.new(),
        show_id=message.show_id,
        message_id=message.id,
        network=network,
        reason=reason.value,
        decided=was_decided,
        at=at,
    )
    await session.execute(added.on_conflict_do_nothing())


def _open(show_id: UUID) -> Select[UUID, datetime]:
    """Messages that wait for a decision, the most reported first, with when that began."""
    return (
        select(ReportRow.message_id, func.min(ReportRow.at).label("began"))
        .join(MessageRow, MessageRow.id == ReportRow.message_id)
        .where(
            ReportRow.show_id == show_id,
            ReportRow.decided.is_(False),
            MessageRow.state == MessageState.SHOWN.value,
        )
        .group_by(ReportRow.message_id)
        .order_by(func.count().desc(), func.min(ReportRow.at), ReportRow.message_id)
    )


async def cases(session: Session, show_id: UUID, most: int) -> list[Case]:
    found = await session.execute(_open(show_id).limit(most))
    began = {row.message_id: row.began for row in found}
    messages = await messages_by_id(session, began)
    counted = (
        select(ReportRow.message_id, ReportRow.reason, func.count())
        .where(ReportRow.message_id.in_(began))
        .group_by(ReportRow.message_id, ReportRow.reason)
        .order_by(func.count().desc(), ReportRow.reason)
    )
    reasons: dict[UUID, dict[ReportReason, int]] = {}
    for message_id, reason, count in (await session.execute(counted)).all():
        reasons.setdefault(message_id, {})[ReportReason(reason)] = count
    return [Case(messages[each], reasons[each], at) for each, at in began.items()]


async def count_cases(session: Session, show_id: UUID) -> int:
    waiting = _open(show_id).subquery()
    return (await session.execute(select(func.count()).select_from(waiting))).scalar_one()


async def is_open(session: Session, message_id: UUID) -> bool:
    chosen = select(ReportRow.id).where(
        ReportRow.message_id == message_id, ReportRow.decided.is_(False)
    )
    return (await session.execute(chosen.limit(1))).first() is not None


async def is_reported(session: Session, message_id: UUID) -> bool:
    chosen = select(ReportRow.id).where(ReportRow.message_id == message_id)
    return (await session.execute(chosen.limit(1))).first() is not None


async def close_case(session: Session, message_id: UUID) -> None:
    closed = update(ReportRow).where(ReportRow.message_id == message_id)
    await session.execute(closed.values(decided=True))


async def forget_networks(session: Session, before: datetime) -> None:
    """Of reports from before."""
    old = update(ReportRow).where(ReportRow.at < before, ReportRow.network.is_not(None))
    await session.execute(old.values(network=None))


async def delete_old(session: Session, before: datetime) -> int:
    """A batch of those from before; how many went."""
    return await delete_batch(session, ReportRow, ReportRow.at < before)
