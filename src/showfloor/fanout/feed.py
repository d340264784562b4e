"""Keeps the rooms in memory equal to the database: one task that looks, one that listens for hints
when to look.

The log is the truth and a hint only saves time: what is not hinted is found at the next look. When
the database is away, viewers stay and nothing is forgotten; when it is back, the next look brings
all that was missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from showfloor.fanout import queries
from showfloor.fanout.config import FanoutConfig
from showfloor.fanout.log import LogHasGap, RoomLog
from showfloor.fanout.queries import Document, Movement, Reader, Unavailable
from showfloor.fanout.room import Room
from showfloor.kit import clock

logger = logging.getLogger("showfloor.fanout")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A room that somebody waits for.

    `found` becomes the room, None when there is none, or raises Unavailable.
    """

    since: float
    found: asyncio.Future[Room | None]


class Feed:
    """`announce` is given to every room; see there."""

    def __init__(self, config: FanoutConfig, announce: Callable[[Room], None]) -> None:
        self.rooms: dict[UUID, Room] = {}
        self._config = config
        self._announce = announce
        self._wanted: dict[UUID, Wanted] = {}
        self._woken = asyncio.Event()
        self._stock_due = 0.0
        self._away = False

    def want(self, room_id: UUID) -> asyncio.Future[Room | None]:
        """Ask for a room that is not in memory; all who ask share one answer, and all that are
        asked for share one query.
        """
        if (wanted := self._wanted.get(room_id)) is None:
            wanted = self._wanted[room_id] = Wanted(
                clock.monotonic(), asyncio.get_running_loop().create_future()
            )
            self._woken.set()
        return wanted.found

    async def look(self) -> None:
        """Until cancelled: read what is wanted and what changed, over a connection that is made
        again whenever it is lost.
        """
        while True:
            try:
                async with queries.reader(
                    self._config.database_url, self._config.database_timeout
                ) as reader:
                    await self._follow(reader)
            except Unavailable as error:
                self._note_away(error)
                self._refuse_late()
                await asyncio.sleep(self._config.database_retry)

    async def listen(self) -> None:
        """Until cancelled: look at once when a hint names a room that is in memory."""
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
            if self._wanted:
                await self._load(reader)
            self._forget_empty()
            if self.rooms:
                await self._catch_up(reader)
                await self._sample(reader)
            self._note_back()
            await self._rest()

    async def _rest(self) -> None:
        """Until a hint, a new room, or the next look by ourselves; for ever if there is nothing to
        look at.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._config.look_every if self.rooms else None):
                await self._woken.wait()
        self._woken.clear()

    async def _load(self, reader: Reader) -> None:
        ids = list(self._wanted)
        documents = await reader.documents(ids, self._config.log_events)
        rooms = {room_id: self._open(document) for room_id, document in documents.items()}
        self.rooms.update(rooms)
        try:
            await self._take_stock(reader, rooms)
        finally:
            for room_id in ids:
                self._wanted.pop(room_id).found.set_result(rooms.get(room_id))

    def _open(self, document: Document) -> Room:
        return Room(self._read_log(document), self._announce, self._config.state_every)

    def _read_log(self, document: Document) -> RoomLog:
        log = RoomLog(
            document.seq, document.entries, self._config.log_events, self._config.log_bytes
        )
        log.remember(document.log)
        return log

    async def _catch_up(self, reader: Reader) -> None:
        known = {room_id: room.log.seq for room_id, room in self.rooms.items()}
        torn = []
        for room_id, movement in (await reader.movements(known, self._config.log_events)).items():
            if movement.seq is None:
                self._close(room_id)
            elif not self._continues(self.rooms[room_id], movement):
                torn.append(room_id)
        if torn:
            for room_id, document in (
                await reader.documents(torn, self._config.log_events)
            ).items():
                self.rooms[room_id].restart(self._read_log(document))

    def _continues(self, room: Room, movement: Movement) -> bool:
        """Whether the room is now where the database is; not when its log was forgotten meanwhile,
        or went back.
        """
        with contextlib.suppress(LogHasGap):
            room.advance(movement.changes)
        return room.log.seq == movement.seq

    async def _sample(self, reader: Reader) -> None:
        watched = {room_id: room for room_id, room in self.rooms.items() if room.viewers}
        if not watched or (now := clock.monotonic()) < self._stock_due:
            return
        self._stock_due = now + self._config.stock_every
        await self._take_stock(reader, watched)

    async def _take_stock(self, reader: Reader, rooms: dict[UUID, Room]) -> None:
        for room_id, stock in (await reader.stock(rooms)).items():
            rooms[room_id].stock = stock

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

    def _refuse_late(self) -> None:
        late = clock.monotonic() - self._config.join_patience
        for room_id in [room_id for room_id, wanted in self._wanted.items() if wanted.since < late]:
            found = self._wanted.pop(room_id).found
            found.set_exception(Unavailable())
            found.exception()  # those who wait are told by their callbacks; nobody may be left

    def _note_away(self, error: Unavailable) -> None:
        if not self._away:
            logger.warning("the database is away, viewers stay: %s", error)
        self._away = True

    def _note_back(self) -> None:
        if self._away:
            logger.info("the database is back, viewers are brought up to date")
        self._away = False
