"""One room: its viewers, and what was written to each of them.

An event is encoded once and the same bytes are written to every viewer. Viewers are served in
slices, so that a new viewer, a heartbeat or another room does not wait for ten thousand writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from showfloor.fanout import sse
from showfloor.fanout.log import Change, RoomLog
from showfloor.fanout.messages import MessageChange, Messages
from showfloor.fanout.viewer import Viewer
from showfloor.kit import clock

SLICE = 1_000
"""Viewers served before the loop does something else: about 7 ms."""
STOCK_DELIVERIES = 50_000
"""Writes of the state a second in one room at most: 10,000 viewers get it five times a second
instead of ten.
"""
COUNT_DELIVERIES = 10_000
"""The same limit while only the numbers of viewers, hearts and questions changed: each viewer that
joins changes one, and would otherwise cause a write to all others.
"""
MESSAGE_DELIVERIES = 40_000
"""The same limit for frames of messages: 10,000 viewers get four a second, a few people ten."""
NO_EVENT = -1
"""The sequence number of a viewer that has no event yet: it is sent the snapshot."""


class Room:
    """The room calls `schedule_push(room)` when viewers are behind; `push()` then serves them."""

    def __init__(
        self,
        log: RoomLog,
        schedule_push: Callable[[Room], None],
        state_every: float,
        messages: Messages | None = None,
    ) -> None:
        self.log = log
        self.messages = messages or Messages()
        self.viewers: set[Viewer] = set()
        self.watching = 0
        """How many of `viewers` the state counts."""
        self.stock = "{}"
        self.hearts = 0
        self.questions = 0
        self.empty_since = clock.monotonic()
        self.pushing = False
        self._schedule_push = schedule_push
        self._state_every = state_every
        self._published_at = -1.0
        self._said_at = -1.0
        self._published_stock = ""
        self._content: tuple[int, str, int, int] | None = None
        self._retries = cycle(sse.RETRIES)
        self._encoded_at = 0
        self._version = 0
        self._newest = b""
        self._published, self._state = 0, b""
        self._update_for: tuple[int, bool, int] | None = None
        self._update = b"", 0

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
        said, viewer.frame = self.messages.opening(self.log.seq), self.messages.frame
        retry = next(self._retries)
        viewer.transport.writelines((retry, opening, said, self._first_state(viewer)))
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
        self._update_for = None
        self._schedule_push(self)

    def hear(self, message: MessageChange) -> None:
        """Somebody said something: it goes out with the next frame."""
        self.messages.take(message)

    def restart(self, log: RoomLog) -> None:
        """Replace a log that has a gap or went back: every viewer is sent the new snapshot."""
        self.log = log
        for viewer in self.viewers:
            viewer.seq = NO_EVENT
        self._update_for = None
        self._schedule_push(self)

    def tick(self, now: float) -> None:
        """Publish the state if it changed and the last one was published long enough ago; `now` is
        of the monotonic clock.
        """
        self._say(now)
        if not self.viewers or now < self._published_at + self._pause():
            return
        self._encode_state()
        if self._published != self._version:
            self._published, self._state = self._version, self._newest
            self._published_at, self._published_stock = now, self.stock
            self._update_for = None
            self._schedule_push(self)

    def _say(self, now: float) -> None:
        pause = max(self._state_every, len(self.viewers) / MESSAGE_DELIVERIES)
        if not self.messages.waiting or now < self._said_at + pause:
            return
        self.messages.publish(self.log.seq, now)
        self._said_at = now
        self._update_for = None
        self._schedule_push(self)

    def _pause(self) -> float:
        pace = COUNT_DELIVERIES if self.stock == self._published_stock else STOCK_DELIVERIES
        return max(self._state_every, len(self.viewers) / pace)

    def push(self) -> Iterator[None]:
        """Send every viewer what it lacks. Yields after each slice, and repeats until nothing
        happened meanwhile.
        """
        self.pushing = True
        done: tuple[RoomLog, int, int, int] | None = None
        while done != (done := (self.log, self.log.seq, self._published, self.messages.frame)):
            waiting = iter(list(self.viewers))
            while slice_ := list(islice(waiting, SLICE)):
                for viewer in slice_:
                    self.deliver(viewer)
                yield
        self.pushing = False

    def deliver(self, viewer: Viewer) -> None:
        """Write what the viewer lacks. Nothing is written while its buffer is full; when the log no
        longer has all events that it lacks, it is disconnected.
        """
        if not viewer.ready:
            if not self.log.reaches(viewer.seq):
                viewer.transport.abort()
            return
        lacks = viewer.seq, viewer.state < self._published, viewer.frame
        if lacks != self._update_for:
            self._update_for, self._update = lacks, self._encode_update(*lacks)
        chunk, seq = self._update
        if chunk:
            viewer.transport.write(chunk)
        viewer.seq = seq
        if seq == self.log.seq:
            viewer.frame = self.messages.frame
            if lacks[1]:
                viewer.state = self._published
        else:
            self._continue(viewer)

    def _encode_update(self, seq: int, lacks_state: bool, frame: int) -> tuple[bytes, int]:
        """The state names the event that it belongs to, so it is added only after the last event
        of the log, and so are messages.
        """
        chunk, reached = (
            self.log.after(seq) if self.log.reaches(seq) else (self.log.snapshot(), self.log.seq)
        )
        if reached == self.log.seq:
            chunk += self.messages.after(frame)
            if lacks_state:
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
        content = (self.watching, self.stock, self.hearts, self.questions)
        changed = content != self._content
        if not changed and now - self._encoded_at < sse.REUSE_MS:
            return
        self._version += changed
        self._content, self._encoded_at = content, now
        self._newest = sse.state(self.log.seq, now, *content)


class Pusher:
    """Pushes to the rooms whose viewers are behind, one slice of one room at a time."""

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
