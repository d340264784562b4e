"""How a room's document follows from its log. Pure; the front end folds by the same rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from showfloor.realtime.types import RoomEvent, Snapshot


class LogHasGap(ValueError):
    """The events do not continue the snapshot: take a fresh one."""


def apply(event: RoomEvent, entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries after `event`; deleting a key that is not there changes nothing. Values are the
    wire models of other modules, as JSON.
    """
    kept = {key: value for key, value in entries.items() if key != event.key}
    return kept if event.value is None else {**kept, event.key: event.value}


def fold(snapshot: Snapshot, events: Iterable[RoomEvent]) -> Snapshot:
    """`snapshot(n)` and the events n+1..m make `snapshot(m)`.

    Raises LogHasGap unless they follow each other by one.
    """
    for event in events:
        if event.seq != snapshot.seq + 1:
            raise LogHasGap(f"event {event.seq} does not follow {snapshot.seq}")
        snapshot = Snapshot(event.seq, apply(event, snapshot.entries))
    return snapshot


def continues(after: int, newest: int, events: list[RoomEvent]) -> bool:
    """Whether `events` are exactly those numbered after+1..newest."""
    return [event.seq for event in events] == list(range(after + 1, newest + 1)) and after <= newest
