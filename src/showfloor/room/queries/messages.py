"""SQL of what is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, update

from showfloor.kit.db import Session, delete_batch
from showfloor.replays.events import ReplayCut, TakenOut
from showfloor.replays.types import Cut
from showfloor.room.models import CHANGES, AuthorRow, MessageRow, SettingsRow
from showfloor.room.types import ChatRole, Message, MessageState


def read_message(row: MessageRow) -> Message:
    return Message(
        id=row.id,
        show_id=row.show_id,
        author_id=row.author_id,
        role=ChatRole(row.role),
        name=row.name,
        text=row.text,
        at=row.at,
        media_at=row.media_at,
        reply_to=row.reply_to,
        state=MessageState(row.state),
    )


async def add_message(session: Session, message: Message) -> None:
    session.add(
        MessageRow(
            id=message.id,
            show_id=message.show_id,
            author_id=message.author_id,
            role=message.role.value,
            name=message.name,
            text=message.text,
            at=message.at,
            media_at=message.media_at,
            reply_to=message.reply_to,
            state=message.state.value,
        )
    )


async def message(session: Session, message_id: UUID, *, lock: bool = False) -> Message | None:
    chosen = select(MessageRow).where(MessageRow.id == message_id)
    row = await session.execute(chosen.with_for_update() if lock else chosen)
    found = row.scalar_one_or_none()
    return None if found is None else read_message(found)


async def messages_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Message]:
    """Also those that are shown no more."""
    chosen = select(MessageRow).where(MessageRow.id.in_(ids))
    return {row.id: read_message(row) for row in (await session.execute(chosen)).scalars()}


async def newest_messages(
    session: Session,
    show_id: UUID,
    *,
    start: datetime | None,
    end: datetime | None,
    cut: Cut,
    most: int,
) -> list[Message]:
    """The last ones said from `start` up to `end` on the show clock that are shown, the oldest
    first; none of what the cut takes out. (`fanout` reads the same by the view `room_message`.)
    """
    chosen = _shown(show_id, cut)
    if start is not None:
        chosen = chosen.where(MessageRow.media_at >= start)
    if end is not None:
        chosen = chosen.where(MessageRow.media_at < end)
    newest = chosen.order_by(MessageRow.media_at.desc(), MessageRow.id.desc()).limit(most)
    return [read_message(row) for row in (await session.execute(newest)).scalars()][::-1]


async def shown_message(
    session: Session, show_id: UUID, message_id: UUID, cut: Cut
) -> Message | None:
    """None when it is deleted, or was said in what the cut takes out."""
    chosen = _shown(show_id, cut).where(MessageRow.id == message_id)
    row = (await session.execute(chosen)).scalar_one_or_none()
    return None if row is None else read_message(row)


def _shown(show_id: UUID, cut: Cut) -> Select[MessageRow]:
    chosen = select(MessageRow).where(
        MessageRow.show_id == show_id, MessageRow.state == MessageState.SHOWN.value
    )
    if cut.trim_start is not None:
        chosen = chosen.where(MessageRow.media_at >= cut.trim_start)
    if cut.trim_end is not None:
        chosen = chosen.where(MessageRow.media_at < cut.trim_end)
    for span in cut.hidden:
        chosen = chosen.where(
            or_(MessageRow.media_at < span.start, MessageRow.media_at >= span.end)
        )
    return chosen


async def set_state(session: Session, message_id: UUID, state: MessageState) -> None:
    """With a new number, so that open screens hear of it."""
    changed = update(MessageRow).where(MessageRow.id == message_id)
    await session.execute(changed.values(state=state.value, change=CHANGES.next_value()))


async def renew_cut(session: Session, cut: ReplayCut, *, most: int) -> None:
    """A new number for each of the newest `most` messages that the cut hides or shows again, and
    for the pinned one however old it is: open screens hear of it, and the view `room_message` says
    what is shown.
    """
    was, out = _said_in(cut.before), _said_in(cut.now)
    changed = select(MessageRow.id).where(
        MessageRow.show_id == cut.show_id,
        MessageRow.state == MessageState.SHOWN.value,
        or_(and_(was, ~out), and_(out, ~was)),
    )
    newest = changed.order_by(MessageRow.media_at.desc(), MessageRow.id.desc()).limit(most)
    pinned = select(SettingsRow.pinned_id).where(SettingsRow.show_id == cut.show_id)
    # With `or` in the place of the union, PostgreSQL would walk through the messages of all shows.
    these = newest.union(changed.where(MessageRow.id.in_(pinned)))
    renewed = update(MessageRow).where(MessageRow.id.in_(these))
    await session.execute(renewed.values(change=CHANGES.next_value()))


def _said_in(spans: Iterable[TakenOut]) -> ColumnElement[bool]:
    each = [
        and_(
            true() if span.start is None else MessageRow.media_at >= span.start,
            true() if span.end is None else MessageRow.media_at < span.end,
        )
        for span in spans
    ]
    return or_(false(), *each)


async def said_by_viewer(session: Session, viewer_id: UUID) -> list[Message]:
    """With the account, the oldest first; also what is deleted."""
    chosen = select(MessageRow).where(_of_viewer(viewer_id)).order_by(MessageRow.id)
    return [read_message(row) for row in (await session.execute(chosen)).scalars()]


async def said_lately_by_viewer(session: Session, viewer_id: UUID, most: int) -> list[str]:
    """The newest of these, the oldest first."""
    return await _lately(session, _of_viewer(viewer_id), most)


async def said_lately_by_author(session: Session, author_id: UUID, most: int) -> list[str]:
    """The same of one guest in one show."""
    return await _lately(session, MessageRow.author_id == author_id, most)


def _of_viewer(viewer_id: UUID) -> ColumnElement[bool]:
    authors = select(AuthorRow.id).where(AuthorRow.viewer_id == viewer_id)
    return MessageRow.author_id.in_(authors)


async def _lately(session: Session, those: ColumnElement[bool], most: int) -> list[str]:
    newest = select(MessageRow.text).where(those).order_by(MessageRow.id.desc()).limit(most)
    return [*(await session.execute(newest)).scalars()][::-1]


async def delete_messages(session: Session, before: datetime) -> int:
    """A batch of what was said before; how many went."""
    return await delete_batch(session, MessageRow, MessageRow.at < before)
