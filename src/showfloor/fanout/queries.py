"""All SQL of `fanout`, which only reads, and all use of the database's driver.

The views run with their owner's privileges, so the role cannot read the tables behind them. The
role has the privileges that the migrations grant, and those of PUBLIC: CONNECT, and USAGE on schema
public. LISTEN needs none.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from showfloor.fanout.log import Change
from showfloor.fanout.messages import MessageChange
from showfloor.kit.contract import ROOMS_CHANNEL

ROLE = "showfloor_fanout"

# The document of each room. A room without entries is one row without a key; an unknown room has no
# row.
_DOCUMENTS = """
    select room.id, room.seq, entry.key, entry.value::text
    from public_room room left join room_entry entry on entry.room_id = room.id
    where room.id = any(%(ids)s) order by room.id, entry.key
"""

# The newest events of each room, up to the sequence number of the document that was just read.
_LOG_ENDS = """
    select event.room_id, event.seq, (extract(epoch from event.at) * 1000)::bigint, event.key,
      event.value::text
    from unnest(%(ids)s::uuid[], %(seqs)s::bigint[]) as read(id, seq)
    join room_event event on event.room_id = read.id and event.seq between read.seq - %(most)s + 1
      and read.seq
    order by event.room_id, event.seq
"""

# Only rooms whose sequence number changed, or that were deleted. A reader that lacks more than the
# newest %(most)s events gets those and notices the gap.
_CHANGES = """
    select known.id, room.seq, event.seq, (extract(epoch from event.at) * 1000)::bigint, event.key,
      event.value::text
    from unnest(%(ids)s::uuid[], %(seqs)s::bigint[]) as known(id, seq)
    left join public_room room on room.id = known.id
    left join room_event event on event.room_id = known.id and event.seq > greatest(known.seq,
      room.seq - %(most)s)
    where room.seq is distinct from known.seq order by known.id, event.seq
"""

# The stock left of every SKU that these rooms sell.
_STOCK = (
    "select room_id, sku, available from room_stock where room_id = any(%(ids)s) order by "
    "room_id, sku"
)

# The hearts that these rooms were sent.
_HEARTS = "select room_id, total from room_hearts where room_id = any(%(ids)s)"

# A number of each room's questions, another one after each change.
_QUESTIONS = "select room_id, number from room_questions where room_id = any(%(ids)s)"

# Of the last %(back)s numbers of changes those that are there, the newest among them.
_NEWEST_CHANGES = """
    select change from room_message
    where change > (select coalesce(max(change), 0) from room_message) - %(back)s
"""

# The last messages that are shown in each of these rooms, as they are now.
_LAST_MESSAGES = """
    select read.id, message.id, message.change, message.author_id, message.staff, message.shown,
      message.value::text
    from unnest(%(ids)s::uuid[]) as read(id)
    cross join lateral (
        select id, change, author_id, media_at, staff, shown, value
        from room_message where room_id = read.id and shown
        order by media_at desc, id desc limit %(most)s
    ) message
    order by message.media_at, message.id
"""

# What changed since, in all rooms, and what was not committed yet when later numbers were read. Two
# reads of the index, whatever the planner expects: with `or` it may walk through all that was said.
_MESSAGES = """
    (select room_id, id, change, author_id, staff, shown, value::text from room_message
     where change > %(after)s order by change limit %(most)s)
    union all
    select room_id, id, change, author_id, staff, shown, value::text from room_message
    where change = any(%(missing)s)
    order by change
"""

_SETTINGS = (
    "set statement_timeout = {0}; set default_transaction_read_only = on; set application_name = "
    "'showfloor-fanout'"
)


class Unavailable(Exception):
    """The database does not answer; everything is read again when it does."""


@dataclass(frozen=True, slots=True)
class Document:
    """The state of a room: keys with JSON text, and its newest events, oldest first."""

    seq: int
    entries: dict[str, str]
    log: list[Change]


@dataclass(frozen=True, slots=True)
class RoomUpdate:
    """The new events of a known room. `seq` is its newest sequence number, None when the room was
    deleted.
    """

    seq: int | None
    changes: list[Change]


class Reader:
    """One connection in autocommit mode.

    Every method is one or two statements and raises Unavailable.
    """

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]], limit: float) -> None:
        self._connection = connection
        self._limit = limit

    async def documents(self, ids: Collection[UUID], most: int) -> dict[UUID, Document]:
        """Rooms by id, each with at most `most` events of its log; unknown rooms are left out."""
        found: dict[UUID, Document] = {}
        for room_id, seq, key, value in await self._fetch(_DOCUMENTS, ids=list(ids)):
            document = found.setdefault(room_id, Document(seq, {}, []))
            if key is not None:
                document.entries[key] = value
        seqs = [document.seq for document in found.values()]
        for room_id, *change in await self._fetch(_LOG_ENDS, ids=list(found), seqs=seqs, most=most):
            found[room_id].log.append(Change(*change))
        return found

    async def updates(self, known: Mapping[UUID, int], most: int) -> dict[UUID, RoomUpdate]:
        """The rooms of `known` (id to newest sequence number read) that changed, with at most
        `most` events each.
        """
        found: dict[UUID, RoomUpdate] = {}
        for room_id, newest, seq, *change in await self._fetch(
            _CHANGES, ids=list(known), seqs=list(known.values()), most=most
        ):
            update = found.setdefault(room_id, RoomUpdate(newest, []))
            if seq is not None:
                update.changes.append(Change(seq, *change))
        return found

    async def stock(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """`{"SKU":41,…}` as JSON text for every one of the rooms."""
        found: dict[UUID, dict[str, int]] = {room_id: {} for room_id in ids}
        for room_id, sku, available in await self._fetch(_STOCK, ids=list(ids)):
            found[room_id][sku] = available
        return {
            room_id: json.dumps(stock, ensure_ascii=False, separators=(",", ":"))
            for room_id, stock in found.items()
        }

    async def hearts(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """By room; one that was sent none is left out."""
        return dict(await self._fetch(_HEARTS, ids=list(ids)))

    async def questions(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """By room; one in which nobody asked is left out."""
        return dict(await self._fetch(_QUESTIONS, ids=list(ids)))

    async def newest_changes(self, back: int) -> list[int]:
        """Where to begin to follow messages: of the last `back` numbers those that are there."""
        return [int(change) for (change,) in await self._fetch(_NEWEST_CHANGES, back=back)]

    async def last_messages(
        self, ids: Collection[UUID], most: int
    ) -> dict[UUID, list[MessageChange]]:
        """What is shown of each room, at most `most`, the oldest first."""
        found: dict[UUID, list[MessageChange]] = {room_id: [] for room_id in ids}
        for room_id, *message in await self._fetch(_LAST_MESSAGES, ids=list(ids), most=most):
            found[room_id].append(MessageChange(*message))
        return found

    async def messages(
        self, after: int, missing: Collection[int], most: int
    ) -> list[tuple[UUID, MessageChange]]:
        """The changes after a number, and those of the missing numbers that are there by now."""
        rows = await self._fetch(_MESSAGES, after=after, missing=list(missing), most=most)
        return [(room_id, MessageChange(*message)) for room_id, *message in rows]

    async def _fetch(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        try:
            async with asyncio.timeout(self._limit):
                return await (await self._connection.execute(query, values)).fetchall()
        except (psycopg.Error, TimeoutError) as error:
            raise Unavailable(str(error)) from error


@asynccontextmanager
async def reader(url: str, limit: float) -> AsyncIterator[Reader]:
    """`limit` in seconds, for connecting and for each statement. Raises Unavailable."""
    connection = await _connect(url, limit)
    try:
        yield Reader(connection, limit)
    finally:
        await connection.close()


async def hints(url: str, limit: float) -> AsyncGenerator[frozenset[UUID] | None, None]:
    """The rooms that may have changed, None for all rooms; the first item comes at once.

    Raises Unavailable when the connection ends.
    """
    connection = await _connect(url, limit)
    try:
        await connection.execute(f"listen {ROOMS_CHANNEL}")
        yield None
        async for notify in connection.notifies():
            yield _room_ids(notify.payload)
    except psycopg.Error as error:
        raise Unavailable(str(error)) from error
    finally:
        await connection.close()


def _room_ids(payload: str) -> frozenset[UUID] | None:
    try:
        return frozenset(UUID(hex=part) for part in payload.split(",")) if payload else None
    except ValueError:
        return None


async def _connect(url: str, limit: float) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    try:
        async with asyncio.timeout(limit):
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
            await connection.execute(_SETTINGS.format(int(limit * 1000)))
            return connection
    except (psycopg.Error, TimeoutError) as error:
        raise Unavailable(str(error)) from error
