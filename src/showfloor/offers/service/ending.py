"""A drop is closed, by its time or by its team, and ends when nothing of it is held any more.

Locks: the show, the drop, stock, the room.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.offers import queries
from showfloor.offers.queries import Locked
from showfloor.offers.rules import chain, running
from showfloor.offers.service.taking import release_due
from showfloor.offers.types import Closed, Drop, DropState, Ended
from showfloor.offers.views import room_drop
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.stock import service as stock

_LOOK_AGAIN = timedelta(seconds=1)
"""While a drop is announced."""


async def publish(session: Session, drop: Drop) -> None:
    """What is true of the show's newest drop, in its room."""
    await realtime.set_entry(session, drop.show_id, "drop", room_drop(drop).model_dump(mode="json"))


async def close(session: Session, locked: Locked) -> Drop:
    """Nobody can ask any more; one that is over stays as it is. Needs the show's lock."""
    drop = locked.drop
    if drop.state is not DropState.ANNOUNCED or running.is_over(drop, locked.at):
        return drop
    closed = replace(drop, closed_at=running.moment(locked.at))
    await queries.save_drop(session, closed)
    head, lines = chain.extend(locked.head, [Closed(locked.at)])
    await queries.add_records(session, drop.id, locked.head.records, lines, head)
    await publish(session, closed)
    return closed


async def close_drops_of_show(session: Session, show_id: UUID) -> None:
    """The show is over: so are its drops. Those that were only planned are given up."""
    await shows.lock_show(session, show_id)
    for drop in await queries.drops_of_show(session, show_id):
        locked = await queries.lock_drop(session, drop.id)
        assert locked is not None
        if locked.drop.state is DropState.PLANNED:
            await queries.save_drop(session, replace(locked.drop, state=DropState.CANCELLED))
        else:
            await close(session, locked)


async def end_drops(database: Database) -> datetime | None:
    """Take back what ran out of each drop, and end those that are over; when to look again."""
    async with database.session() as session:
        found, at = await queries.announced(session)
    has_ended = [await _end_drop(database, drop, at) for drop in found]
    return None if all(has_ended) else clock.now() + _LOOK_AGAIN


async def _end_drop(database: Database, drop: Drop, at: int) -> bool:
    async with database.transaction() as connection:
        await release_due(connection, drop.id)
    if not running.is_over(drop, at):
        return False
    async with database.session() as session:
        return await _finish(session, drop)


async def _finish(session: Session, found: Drop) -> bool:
    """Whether it has ended: what nobody bought is for sale to everybody again, and the log is
    complete.
    """
    await shows.lock_show(session, found.show_id)
    locked = await queries.lock_drop(session, found.id)
    assert locked is not None
    drop, at = locked.drop, locked.at
    if drop.state is not DropState.ANNOUNCED:
        return True
    if not running.is_over(drop, at) or await stock.is_apart_held(session, drop.id):
        return False
    sold = await queries.sold_of(session, drop.id)
    returned = await stock.put_apart_back(session, drop.id)
    head, lines = chain.extend(locked.head, [Ended(at, sold, returned)])
    await queries.add_records(session, drop.id, locked.head.records, lines, head)
    ended = replace(drop, state=DropState.ENDED, ended_at=running.moment(at), sold=sold, salt=None)
    await queries.save_drop(session, ended)
    await queries.forget_holds(session, drop.id)
    assert drop.cue_id is not None and drop.announced_at is not None
    await shows.end_drop(session, drop.cue_id, running.moment(at) - drop.announced_at)
    await publish(session, ended)
    return True
