"""Keeps the rooms in memory equal to the database: one task reads, another listens for hints when
to read.

The log in the database is the truth, and a hint only saves time: changes without a hint are found
by the next periodic read. While the database is away, viewers stay connected and rooms stay in
memory; once it is back, the next read finds all that was missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from showfloor.fanout import queries
from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.log import LogHasGap, RoomLog
from showfloor.fanout.messages import HISTORY, Cursor, MessageChange, Messages
from showfloor.fanout.queries import Document, Reader, RoomUpdate, Unavailable
from showfloor.fanout.room import Room
from showfloor.kit import clock

MOST_MESSAGES = 2_000
"""Changes of messages that are read at a time."""
COUNTS_EVERY = 0.5
"""Seconds between two readings of the hearts and of what is asked: all who watch get these numbers
no more often.
"""

logger = logging.getLogger("showfloor.fanout")


@dataclass(frozen=True, slots=True)
class PendingRoom:
    """A room that connections have been waiting for since `since`.

    `found` becomes the room, None when there is none, or raises Unavailable.
    """

    since: float
    found: asyncio.Future[Room | None]


class Feed:
    """The rooms of this process. `schedule_push` is passed to every `Room`."""

    def __init__(self, config: FanoutConfig, schedule_push: Callable[[Room], None]) -> None:
        self.rooms: dict[UUID, Room] = {}
        self._config = config
        self._schedule_push = schedule_push
        self._pending: dict[UUID, PendingRoom] = {}
        self._woken = asyncio.Event()
        self._stock_due = self._counts_due = 0.0
        self._away = False
        self._said: Cursor | None = None

    def watched(self, room_id: UUID) -> Room | None:
        """The room if somebody watches it, so that its stock is read regularly."""
        room = self.rooms.get(room_id)
        return room if room is not None and room.viewers else None

    def want(self, room_id: UUID) -> asyncio.Future[Room | None]:
        """Ask for a room that nobody watches. It comes with the stock of this moment, also when it
        is still in memory.

        All who ask for the same room share one answer, all pending rooms share one query.
        """
        if (pending := self._pending.get(room_id)) is None:
            pending = self._pending[room_id] = PendingRoom(
                clock.monotonic(), asyncio.get_running_loop().create_future()
            )
            self._woken.set()
        return pending.found

    async def look(self) -> None:
        """Until cancelled: read pending rooms and what changed. A lost connection is made again."""
        while True:
            try:
                async with queries.reader(
                    self._config.database_url, self._config.database_timeout
                ) as reader:
                    await self._follow(reader)
            except Unavailable as error:
                self._note_away(error)
                self._answer_pending()
                await asyncio.sleep(self._config.database_retry)

    async def listen(self) -> None:
        """Until cancelled: read at once when a hint names a room that is in memory."""
        while True:
            with contextlib.suppress(Unavailable):
                async with contextlib.aclosing(
                    queries.hints(self._config.database_url, self._config.database_timeout)
                ) as hints:
                    async for named in hints:
                        if named is None or not named.isdisjoint(self.rooms):
                            self._woken.set()
            await asyncio.sleep(self._config.database_retry)

    async def _follow(self, reader: Reader) -> None:
        while True:
            # Before rooms are loaded: those have no viewers yet, and would be forgotten.
            self._forget_empty()
            if self._pending:
                await self._load(reader)
            if self.rooms:
                await self._catch_up(reader)
                await self._hear(reader)
                await self._sample(reader)
            self._note_back()
            await self._rest()

    async def _rest(self) -> None:
        """Until a hint, a pending room, or the next periodic read. Without rooms there is none."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._config.look_every if self.rooms else None):
                await self._woken.wait()
        self._woken.clear()

    async def _load(self, reader: Reader) -> None:
        ids = list(self._pending)
        missing = [room_id for room_id in ids if room_id not in self.rooms]
        documents = await reader.documents(missing, self._config.log_events) if missing else {}
        if documents:
            said = await self._last_messages(reader, documents)
            self.rooms.update(
                (room_id, self._open(document, said[room_id]))
                for room_id, document in documents.items()
            )
        found = {room_id: self.rooms[room_id] for room_id in ids if room_id in self.rooms}
        try:
            if found:
                await self._take_stock(reader, found)
                await self._take_counts(reader, found)
        finally:
            for room_id in ids:
                self._pending.pop(room_id).found.set_result(found.get(room_id))

    async def _last_messages(
        self, reader: Reader, ids: Collection[UUID]
    ) -> dict[UUID, list[MessageChange]]:
        """Nothing that is said from here on is missed: following begins before this is read."""
        if self._said is None or not self.rooms:
            newest = await reader.newest_changes(Cursor.BACK)
            self._said = Cursor.behind(newest, clock.monotonic())
        return await reader.last_messages(ids, HISTORY)

    def _open(self, document: Document, said: list[MessageChange]) -> Room:
        return Room(
            self._read_log(document),
            self._schedule_push,
            self._config.state_every,
            Messages(said),
        )

    def _read_log(self, document: Document) -> RoomLog:
        log = RoomLog(
            document.seq, document.entries, self._config.log_events, self._config.log_bytes
        )
        log.backfill(document.log)
        return log

    async def _catch_up(self, reader: Reader) -> None:
        known = {room_id: room.log.seq for room_id, room in self.rooms.items()}
        torn = []
        for room_id, update in (await reader.updates(known, self._config.log_events)).items():
            if update.seq is None:
                self._close(room_id)
            elif not self._continues(self.rooms[room_id], update):
                torn.append(room_id)
        if torn:
            for room_id, document in (
                await reader.documents(torn, self._config.log_events)
            ).items():
                self.rooms[room_id].restart(self._read_log(document))

    async def _hear(self, reader: Reader) -> None:
        """What people said meanwhile. What is said where nobody watches goes by."""
        assert self._said is not None
        rows = await reader.messages(self._said.newest, self._said.missing, MOST_MESSAGES)
        self._said.passed((message.change for _, message in rows), clock.monotonic())
        for room_id, message in rows:
            if (room := self.rooms.get(room_id)) is not None:
                room.hear(message)

    def _continues(self, room: Room, update: RoomUpdate) -> bool:
        """Apply the update; False if it leaves a gap, because the log was forgotten meanwhile or
        went back.
        """
        with contextlib.suppress(LogHasGap):
            room.advance(update.changes)
        return room.log.seq == update.seq

    async def _sample(self, reader: Reader) -> None:
        watched = {room_id: room for room_id, room in self.rooms.items() if room.viewers}
        if not watched:
            return
        now = clock.monotonic()
        if now >= self._stock_due:
            self._stock_due = now + self._config.stock_every
            await self._take_stock(reader, watched)
        if now >= self._counts_due:
            self._counts_due = now + COUNTS_EVERY
            await self._take_counts(reader, watched)

    async def _take_stock(self, reader: Reader, rooms: dict[UUID, Room]) -> None:
        for room_id, stock in (await reader.stock(rooms)).items():
            rooms[room_id].stock = stock

    async def _take_counts(self, reader: Reader, rooms: dict[UUID, Room]) -> None:
        for room_id, total in (await reader.hearts(rooms)).items():
            rooms[room_id].hearts = total
        asked = await reader.questions(rooms)
        for room_id, room in rooms.items():
            room.questions = asked.get(room_id, 0)

    def _close(self, room_id: UUID) -> None:
        for viewer in list(self.rooms.pop(room_id).viewers):
            viewer.close()

    def _forget_empty(self) -> None:
        late = clock.monotonic() - self._config.linger
        for room_id in [
            room_id
            for room_id, room in self.rooms.items()
            if not room.viewers and room.empty_since < late
        ]:
            del self.rooms[room_id]

    def _answer_pending(self) -> None:
        """While the database is away: rooms in memory are good enough, others are refused once the
        patience of those who wait is over.
        """
        late = clock.monotonic() - self._config.join_patience
        for room_id, pending in list(self._pending.items()):
            if (room := self.rooms.get(room_id)) is not None:
                pending.found.set_result(room)
            elif pending.since < late:
                pending.found.set_exception(Unavailable())
                pending.found.exception()  # marks it as retrieved: all who waited may have hung up
            else:
                continue
            del self._pending[room_id]

    def _note_away(self, error: Unavailable) -> None:
        if not self._away:
            logger.warning("the database is away, viewers stay: %s", error)
        self._away = True

    def _note_back(self) -> None:
        if self._away:
            logger.info("the database is back, viewers are brought up to date")
        self._away = False
