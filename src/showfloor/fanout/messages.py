"""What is said in a room: the last messages for who joins, and frames of new ones for all others.

Messages have no place in the room's log. A viewer keeps the number of the last frame that was
written to it; one that cannot keep up misses frames and nothing else. Where more is said than
anybody can read, each frame is a fair choice: the same for all viewers, what the show's team says
always, and of each other writer as many as of the next.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from showfloor.fanout import sse
from showfloor.kit import clock

HISTORY = 50
"""Messages for who joins."""
FRAMES = 32
"""Frames that a slow viewer can still get."""
READABLE = 20.0
"""Messages a second of one room: more than a person reads. Whoever writes one sees it anyway."""
BURST = 60.0
"""Unused room for messages is saved up to this."""
KNOWN = 2_000
"""Changes of the newest messages that are remembered, so that none is taken twice."""


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message as it is after the change of this number: `value` is the JSON text of what
    everybody may read. `shown` is False for one that is not shown any more.
    """

    id: UUID
    change: int
    author: UUID
    staff: bool
    shown: bool
    value: str


class Messages:
    """One room's. `take` what changed, make a `frame` of it, and write `after` a frame's number."""

    def __init__(self, newest: Iterable[MessageChange] = ()) -> None:
        self.frame = 0
        self._frames: deque[bytes] = deque(maxlen=FRAMES)
        self._waiting: list[MessageChange] = []
        self._shown: OrderedDict[UUID, str] = OrderedDict()
        self._known: OrderedDict[UUID, int] = OrderedDict()
        self._room = BURST
        self._at: float | None = None
        self._opening: bytes | None = None
        for message in newest:
            if self._is_news(message):
                self._remember(message)

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def take(self, message: MessageChange) -> None:
        if self._is_news(message):
            self._remember(message)
            self._waiting.append(message)

    def publish(self, seq: int, now: float) -> None:
        """Make one frame of what waits, or of a fair choice; `now` is of the monotonic clock."""
        if self._at is not None:
            self._room = min(BURST, self._room + (now - self._at) * READABLE)
        self._at = now
        chosen = choose(self._waiting, int(self._room))
        self._room -= sum(message.shown for message in chosen)
        self._waiting = []
        ts = clock.milliseconds(clock.now())
        self._frames.append(b"".join(sse.message(seq, ts, message.value) for message in chosen))
        self.frame += 1

    def opening(self, seq: int) -> bytes:
        """The last messages, for who joins."""
        if self._opening is None:
            ts = clock.milliseconds(clock.now())
            self._opening = b"".join(sse.message(seq, ts, value) for value in self._shown.values())
        return self._opening

    def after(self, frame: int) -> bytes:
        """What a viewer at this frame lacks, as far as it is still here."""
        missing = self.frame - frame
        if missing == 1:
            return self._frames[-1]
        return b"".join(list(self._frames)[-missing:]) if missing else b""

    def _is_news(self, message: MessageChange) -> bool:
        return message.change > self._known.get(message.id, -1)

    def _remember(self, message: MessageChange) -> None:
        self._opening = None
        self._known[message.id] = message.change
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        self._shown.pop(message.id, None)
        if message.shown:
            newest = next(reversed(self._shown), message.id)
            self._shown[message.id] = message.value
            if message.id < newest:
                # It is shown again: back to its place, or it would drive a newer one out.
                self._shown = OrderedDict(sorted(self._shown.items()))
            if len(self._shown) > HISTORY:
                self._shown.popitem(last=False)


def choose(waiting: list[MessageChange], room: int) -> list[MessageChange]:
    """What goes out now, in the order in which it came: what goes away and what the team says, and
    of the rest `room` messages, the newest of each writer before the second newest of anybody.
    """
    others = [message for message in waiting if message.shown and not message.staff]
    staff = sum(message.shown and message.staff for message in waiting)
    left_out = len(others) - max(0, room - staff)
    if left_out <= 0:
        return waiting
    turns: dict[UUID, int] = {}
    ranked = []
    for age, message in enumerate(reversed(others)):
        turn = turns[message.author] = turns.get(message.author, 0) + 1
        ranked.append((turn, age, message.change))
    ranked.sort()
    silent = {change for *_, change in ranked[len(ranked) - left_out :]}
    return [message for message in waiting if message.change not in silent]


class Cursor:
    """How far the changes of messages are read. Numbers are given before their transactions commit:
    a number that was passed over is asked for again until it comes, or is too old to come.
    """

    PATIENCE = 20.0
    """Seconds: no transaction of ours lasts longer."""
    MOST = 5_000
    BACK = 500
    """Numbers that transactions may still hold when following begins."""

    @classmethod
    def behind(cls, there: Iterable[int], now: float) -> Cursor:
        """Begins behind the newest of these, which were read. Of the last `BACK` numbers those that
        were not there may commit yet, after the last messages were read for who joins.
        """
        known = set(there)
        cursor = cls(max(known, default=0))
        for number in range(max(1, cursor.newest - cls.BACK + 1), cursor.newest):
            if number not in known:
                cursor._missing[number] = now
        return cursor

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self._missing: OrderedDict[int, float] = OrderedDict()

    @property
    def missing(self) -> list[int]:
        return list(self._missing)

    def passed(self, changes: Iterable[int], now: float) -> None:
        """These were read."""
        for change in sorted(changes):
            for skipped in range(max(self.newest + 1, change - self.MOST), change):
                self._missing[skipped] = now
            self._missing.pop(change, None)
            self.newest = max(self.newest, change)
        while self._missing:
            oldest = next(iter(self._missing))
            if len(self._missing) <= self.MOST and self._missing[oldest] > now - self.PATIENCE:
                return
            del self._missing[oldest]
