"""One room: who watches it and what they have been told.

An event is encoded once and the same bytes are written to everybody. Viewers are served in slices,
so that somebody who joins, a heartbeat or another room never waits for ten thousand writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice

from showfloor.fanout import sse
from showfloor.fanout.log import Change, RoomLog
from showfloor.fanout.viewer import Viewer
from showfloor.kit import clock

SLICE = 1_000
"""Viewers served before the loop does something else: about 7 ms."""
STOCK_DELIVERIES = 50_000
"""States written a second at most in one room: with 10,000 viewers five a second instead of ten."""
COUNT_DELIVERIES = 10_000
"""The same while only the number of viewers changes, or a crowd that comes in would keep the room
busy with counting itself.
"""
NOTHING = -1
"""The sequence number of a viewer that knows nothing yet: it is sent the snapshot."""


class Room:
    """`announce(room)` is called when viewers are behind; `push()` then brings them up to date."""

    def __init__(self, log: RoomLog, announce: Callable[[Room], None], state_every: float) -> None:
        self.log = log
        self.viewers: set[Viewer] = set()
        self.watching = 0
        """How many of them are counted as viewers."""
        self.stock = "{}"
        self.empty_since = clock.monotonic()
        self.pushing = False
        self._announce = announce
        self._state_every = state_every
        self._released_at = -1.0
        self._released_stock = ""
        self._content: tuple[int, str] | None = None
        self._encoded_at = 0
        self._version = 0
        self._newest = b""
        self._released, self._state = 0, b""
        self._parcel_for: tuple[int, bool] | None = None
        self._parcel = b"", 0

    def join(self, viewer: Viewer, last_event_id: int | None) -> None:
        """Write what the viewer missed since `last_event_id`, or the snapshot, then the state of
        this moment.
        """
        self.viewers.add(viewer)
        self.watching += viewer.counted
        if last_event_id is not None and self.log.reaches(last_event_id):
            opening, viewer.seq = self.log.after(last_event_id)
        else:
            opening, viewer.seq = self.log.snapshot(), self.log.seq
        viewer.transport.writelines((sse.RETRY, opening, self._first_state(viewer)))
        self._continue(viewer)

    def leave(self, viewer: Viewer) -> None:
        self.viewers.remove(viewer)
        self.watching -= viewer.counted
        if not self.viewers:
            self.empty_since = clock.monotonic()

    def advance(self, changes: list[Change]) -> None:
        """New events, oldest first. Raises LogHasGap."""
        for change in changes:
            self.log.append(change)
        self._parcel_for = None
        self._announce(self)

    def restart(self, log: RoomLog) -> None:
        """The log has a gap or went back: everybody is sent the new snapshot."""
        self.log = log
        for viewer in self.viewers:
            viewer.seq = NOTHING
        self._parcel_for = None
        self._announce(self)

    def tick(self, now: float) -> None:
        """Release a state to everybody if it changed and the last one is long enough ago; `now` is
        monotonic.
        """
        if not self.viewers or now < self._released_at + self._pause():
            return
        self._encode_state()
        if self._released != self._version:
            self._released, self._state = self._version, self._newest
            self._released_at, self._released_stock = now, self.stock
            self._parcel_for = None
            self._announce(self)

    def _pause(self) -> float:
        pace = COUNT_DELIVERIES if self.stock == self._released_stock else STOCK_DELIVERIES
        return max(self._state_every, len(self.viewers) / pace)

    def push(self) -> Iterator[None]:
        """Bring every viewer up to date; pauses after each slice, and goes round again for what
        happened in between.
        """
        self.pushing = True
        done: tuple[RoomLog, int, int] | None = None
        while done != (done := (self.log, self.log.seq, self._released)):
            everybody = iter(list(self.viewers))
            while some := list(islice(everybody, SLICE)):
                for viewer in some:
                    self.deliver(viewer)
                yield
        self.pushing = False

    def deliver(self, viewer: Viewer) -> None:
        """Write what the viewer lacks. While its buffer is full it gets nothing; if it falls off
        the log meanwhile, it is closed.
        """
        if not viewer.ready:
            if not self.log.reaches(viewer.seq):
                viewer.transport.abort()
            return
        lacks = viewer.seq, viewer.state < self._released
        if lacks != self._parcel_for:
            self._parcel_for, self._parcel = lacks, self._pack(*lacks)
        chunk, seq = self._parcel
        if chunk:
            viewer.transport.write(chunk)
        viewer.seq = seq
        if seq == self.log.seq:
            if lacks[1]:
                viewer.state = self._released
        else:
            self._continue(viewer)

    def _pack(self, seq: int, lacks_state: bool) -> tuple[bytes, int]:
        """A state says to which event it belongs, so it follows only when the log is told to its
        end.
        """
        chunk, reached = (
            self.log.after(seq) if self.log.reaches(seq) else (self.log.snapshot(), self.log.seq)
        )
        if lacks_state and reached == self.log.seq:
            chunk += self._state
        return chunk, reached

    def _first_state(self, viewer: Viewer) -> bytes:
        if viewer.seq != self.log.seq:
            return b""
        self._encode_state()
        viewer.state = self._version
        return self._newest

    def _continue(self, viewer: Viewer) -> None:
        if viewer.ready and viewer.seq != self.log.seq:
            asyncio.get_running_loop().call_soon(self._deliver_rest, viewer)

    def _deliver_rest(self, viewer: Viewer) -> None:
        if viewer in self.viewers:
            self.deliver(viewer)

    def _encode_state(self) -> None:
        now = clock.milliseconds(clock.now())
        changed = (content := (self.watching, self.stock)) != self._content
        if not changed and now - self._encoded_at < sse.FRESH:
            return
        self._version += changed
        self._content, self._encoded_at = content, now
        self._newest = sse.state(self.log.seq, now, *content)


class Pusher:
    """Serves the rooms whose viewers are behind, one slice of one room at a time."""

    def __init__(self) -> None:
        self._rounds: list[Iterator[None]] = []
        self._woken = asyncio.Event()

    def add(self, room: Room) -> None:
        if not room.pushing:
            room.pushing = True
            self._rounds.append(room.push())
            self._woken.set()

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._rounds:
                rounds, self._rounds = self._rounds, []
                for one in rounds:
                    if next(one, self) is not self:
                        self._rounds.append(one)
                    await asyncio.sleep(0)
