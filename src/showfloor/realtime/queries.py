"""All SQL of `realtime`, and all it asks of the database's drivers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from showfloor.kit import notify
from showfloor.kit.contract import ROOMS_CHANNEL
from showfloor.kit.db import BATCH, Session
from showfloor.kit.notify import NotifierLost as NotifierLost
from showfloor.kit.notify import commits as commits
from showfloor.realtime.types import RoomEvent, Snapshot

# A room that exists already stays as it is.
_INSERT_ROOM = text("insert into room (id, seq) values (:room, 0) on conflict do nothing")

_DELETE_ROOM = text("delete from room where id = :room")

# From here to the end of the transaction nobody else writes this room; the next statement sees all
# that they committed.
_LOCK_ROOM = text("select seq from room where id = :room for no key update")

# Entry, event and number together; nothing at all when the entry has that value already.
_SET_ENTRY = text("""
    with changed as (
        insert into room_entry as present (room_id, key, value, seq) values (:room, :key,
          cast(:value as jsonb), :seq)
        on conflict (room_id, key) do update set value = excluded.value, seq = excluded.seq
            where present.value is distinct from excluded.value
        returning present.value
    ), counted as (
        update room set seq = :seq where id = :room and exists (select from changed)
    )
    insert into room_event (room_id, seq, at, key, value) select :room, :seq, :at, :key, value
      from changed returning seq
""")

# The same for a key that goes; nothing when it is not there.
_DELETE_ENTRY = text("""
    with changed as (
        delete from room_entry where room_id = :room and key = :key returning key
    ), counted as (
        update room set seq = :seq where id = :room and exists (select from changed)
    )
    insert into room_event (room_id, seq, at, key, value) select :room, :seq, :at, key, null
      from changed returning seq
""")

# One statement, so that the number and the entries are of one moment.
_SNAPSHOT = text("""
    select room.seq, coalesce(jsonb_object_agg(entry.key, entry.value)
      filter (where entry.key is not null), '{}')
    from room left join room_entry entry on entry.room_id = room.id
    where room.id = :room group by room.id
""")

# The newest number comes with every row, so that the caller can tell a log that was forgotten from
# one that has nothing new.
_EVENTS_AFTER = text("""
    select room.seq, event.seq, event.at, event.key, event.value
    from room left join room_event event on event.room_id = room.id and event.seq > :after
    where room.id = :room order by event.seq
""")

# A prefix of each log, never a hole: clocks of two writers may differ, sequence numbers do not.
_FORGET_EVENTS = text("""
    delete from room_event event using (
        select event.room_id, event.seq
        from room_event event join (
            select room_id, min(seq) filter (where at >= :before) as kept from room_event
              group by room_id
        ) log on event.room_id = log.room_id and (log.kept is null or event.seq < log.kept)
        order by event.room_id, event.seq limit :most
    ) old
    where event.room_id = old.room_id and event.seq = old.seq
    returning event.seq
""")


async def insert_room(session: Session, room_id: UUID) -> None:
    """Opening twice is opening once."""
    await session.execute(_INSERT_ROOM, {"room": room_id})


async def delete_room(session: Session, room_id: UUID) -> None:
    """The room with its entries and its log."""
    await session.execute(_DELETE_ROOM, {"room": room_id})


async def lock_room(session: Session, room_id: UUID) -> int | None:
    """The newest sequence number, held until the transaction ends; None when there is no such
    room.
    """
    return (await session.execute(_LOCK_ROOM, {"room": room_id})).scalar_one_or_none()


async def write_entry(
    session: Session, room_id: UUID, seq: int, key: str, value: Any, at: datetime
) -> bool:
    """Needs the room's lock; whether anything changed."""
    plain = json.dumps(value, ensure_ascii=False, allow_nan=False)
    values = {"room": room_id, "seq": seq, "key": key, "value": plain, "at": at}
    return (await session.execute(_SET_ENTRY, values)).first() is not None


async def remove_entry(session: Session, room_id: UUID, seq: int, key: str, at: datetime) -> bool:
    """Needs the room's lock; whether anything changed."""
    return (
        await session.execute(_DELETE_ENTRY, {"room": room_id, "seq": seq, "key": key, "at": at})
    ).first() is not None


async def snapshot(session: Session, room_id: UUID) -> Snapshot | None:
    """The document as this transaction sees it; None when there is no such room."""
    row = (await session.execute(_SNAPSHOT, {"room": room_id})).first()
    return None if row is None else Snapshot(row[0], row[1])


async def events_after(
    session: Session, room_id: UUID, after: int
) -> tuple[int, list[RoomEvent]] | None:
    """The newest number and what the log still has of the events after `after`; None when there is
    no such room.
    """
    rows = (await session.execute(_EVENTS_AFTER, {"room": room_id, "after": after})).all()
    if not rows:
        return None
    return rows[0][0], [
        RoomEvent(seq, at, key, value) for _, seq, at, key, value in rows if seq is not None
    ]


async def delete_events(session: Session, before: datetime) -> int:
    """Forget a batch of what happened before `before`."""
    return len((await session.execute(_FORGET_EVENTS, {"before": before, "most": BATCH})).all())


def notifier(url: str) -> AbstractAsyncContextManager[Callable[[str], Awaitable[None]]]:
    """A connection of its own that sends hints to `fanout`. Raises NotifierLost."""
    return notify.notifier(url, ROOMS_CHANNEL)
