"""Use cases of `realtime`. All run in the caller's transaction; an unknown room is `not_found`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.errors import NotFound
from showfloor.kit.retention import kept_for
from showfloor.realtime import hints, queries, rules
from showfloor.realtime.types import RoomEvent, Snapshot

KEPT_FOR = kept_for("room_event")
"""A viewer that was away for less gets what it missed instead of the whole document."""


async def open_room(session: Session, room_id: UUID) -> None:
    """An empty room at sequence 0; nothing happens if it is open."""
    await queries.insert_room(session, room_id)


async def close_room(session: Session, room_id: UUID) -> None:
    """Gone for everybody, with all that was in it; nothing happens if there is none."""
    await queries.delete_room(session, room_id)
    hints.touch(session, room_id)


async def set_entry(session: Session, room_id: UUID, key: str, value: Any) -> int | None:
    """Set `key` to a JSON value; the number of the event, or None when it had that value already
    and nothing was written.
    """
    if value is None:
        raise ValueError("null means deleted in the log: use delete_entry")
    seq = await _lock(session, room_id) + 1
    if not await queries.write_entry(session, room_id, seq, key, value, clock.now()):
        return None
    hints.touch(session, room_id)
    return seq


async def delete_entry(session: Session, room_id: UUID, key: str) -> int | None:
    """The number of the event, or None when there was no such key."""
    seq = await _lock(session, room_id) + 1
    if not await queries.remove_entry(session, room_id, seq, key, clock.now()):
        return None
    hints.touch(session, room_id)
    return seq


async def snapshot(session: Session, room_id: UUID) -> Snapshot:
    """The whole document and its number, of one moment."""
    if (found := await queries.snapshot(session, room_id)) is None:
        raise NotFound
    return found


async def events_after(session: Session, room_id: UUID, seq: int) -> list[RoomEvent] | None:
    """All events after `seq`, or None when the log does not reach back that far (or never got
    there): take a snapshot.
    """
    if (found := await queries.events_after(session, room_id, seq)) is None:
        raise NotFound
    newest, events = found
    return events if rules.continues(seq, newest, events) else None


async def forget_old_events(session: Session) -> int:
    """Drop a batch of what is older than `KEPT_FOR` from the logs, how many; a periodic task."""
    return await queries.delete_events(session, clock.now() - KEPT_FOR)


async def _lock(session: Session, room_id: UUID) -> int:
    if (seq := await queries.lock_room(session, room_id)) is None:
        raise NotFound
    return seq
