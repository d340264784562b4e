"""A room's document and its newest events, encoded. It knows no viewer and does no I/O: a viewer
keeps the number of the last event that was written to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from showfloor.fanout import sse
from showfloor.kit import clock

CATCH_UP_BYTES = 32_768
"""About how many bytes of missed events are written to one viewer at a time."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event of the database: `ts` in milliseconds since the epoch, `value` as JSON text, or None
    when the key was deleted.
    """

    seq: int
    ts: int
    key: str
    value: str | None


class LogHasGap(ValueError):
    """The change does not follow the newest one: the room must be read again."""


class RoomLog:
    """`entries` is the document at `seq`; chunks reach back to the event after `oldest`."""

    def __init__(
        self, seq: int, entries: dict[str, str], most_events: int, most_bytes: int
    ) -> None:
        self.seq = seq
        self._entries = entries
        self._most_events, self._most_bytes = most_events, most_bytes
        self._chunks: list[bytes] = []
        self._size = 0
        self._snapshot: tuple[int, bytes] | None = None

    @property
    def oldest(self) -> int:
        """A viewer that has this event, or a later one, can be sent every event that it lacks."""
        return self.seq - len(self._chunks)

    def reaches(self, seq: int) -> bool:
        return self.oldest <= seq <= self.seq

    def backfill(self, changes: list[Change]) -> None:
        """Add events that are older than the snapshot: those that lead up to it without a gap."""
        assert not self._chunks
        expected = self.seq
        for change in reversed(changes):
            if change.seq != expected:
                break
            self._chunks.append(_encode(change))
            expected -= 1
        self._chunks.reverse()
        self._size = sum(map(len, self._chunks))
        self._trim()

    def append(self, change: Change) -> None:
        """Raises LogHasGap."""
        if change.seq != self.seq + 1:
            raise LogHasGap(f"event {change.seq} does not follow {self.seq}")
        self.seq, self._snapshot = change.seq, None
        if change.value is None:
            self._entries.pop(change.key, None)
        else:
            self._entries[change.key] = change.value
        self._chunks.append(_encode(change))
        self._size += len(self._chunks[-1])
        self._trim()

    def after(self, seq: int) -> tuple[bytes, int]:
        """The events after `seq` as one chunk of about `CATCH_UP_BYTES`, and the number of the last
        event in it.
        """
        start = end = seq - self.oldest
        size = 0
        while end < len(self._chunks) and size < CATCH_UP_BYTES:
            size += len(self._chunks[end])
            end += 1
        chunk = self._chunks[start] if end - start == 1 else b"".join(self._chunks[start:end])
        return chunk, self.oldest + end

    def snapshot(self) -> bytes:
        """Encoded once a second at most, however many viewers join."""
        now = clock.milliseconds(clock.now())
        if self._snapshot is None or now - self._snapshot[0] >= sse.REUSE_MS:
            self._snapshot = now, sse.snapshot(self.seq, now, self._entries)
        return self._snapshot[1]

    def _trim(self) -> None:
        surplus = max(0, len(self._chunks) - self._most_events)
        size = self._size - sum(map(len, self._chunks[:surplus]))
        while size > self._most_bytes:
            size -= len(self._chunks[surplus])
            surplus += 1
        del self._chunks[:surplus]
        self._size = size


def _encode(change: Change) -> bytes:
    return sse.change(change.seq, change.ts, change.key, change.value)
