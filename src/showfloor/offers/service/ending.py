"""A drop is closed, by its time or by its team, and ends when nothing of it is held any more.

Locks: the show, the drop, stock, the room.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from showfloor.catalog import service as catalog
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

log = structlog.get_logger()
_LOOK_AGAIN = timedelta(seconds=1)
"""While a drop is announced."""
_SHOWN_AFTER = timedelta(seconds=15)
"""For so long the frames after its end say what became of it."""


async def publish(session: Session, drop: Drop) -> None:
    """What is true of a drop, in the room of its show, which has a place for the newest one."""
    if not await queries.is_newest(session, drop):
        return
    await realtime.set_entry(session, drop.show_id, "drop", room_drop(drop).model_dump(mode="json"))


async def close(session: Session, locked: Locked) -> Drop:
    """Nobody can ask any more; one that is over stays as it is. Needs the show's lock."""
    drop = locked.drop
    if drop.state is not DropState.ANNOUNCED or running.is_over(drop, locked.at):
        return drop
    closed = replace(drop, state=DropState.OVER, closed_at=running.moment(locked.at))
    await queries.save_drop(session, closed)
    head, lines = chain.extend(locked.head, [Closed(locked.at)])
    await queries.add_records(session, drop.id, locked.head.records, lines, head)
    await catalog.end_timed_price(session, drop.id, running.moment(locked.at))
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
    """Take back what ran out of each drop, close those whose pieces are missing, and end those that
    are over or have sold everything; when to look again. One that fails keeps no other from it.
    """
    async with database.session() as session:
        found, at = await queries.not_ended(session)
    goes_on = False
    for drop in found:
        try:
            goes_on |= not await _end_drop(database, drop, at)
        except Exception:
            log.exception("drop could not be ended", drop=str(drop.id))
    return clock.now() + _LOOK_AGAIN if goes_on else None


async def _end_drop(database: Database, drop: Drop, at: int) -> bool:
    """Whether it has ended."""
    async with database.transaction() as connection:
        await release_due(connection, drop.id)
        is_there = await stock.is_apart_there(connection, drop.id)
    async with database.session() as session:
        if running.is_over(drop, at):
            await make_way(session, drop.show_id)
        elif not is_there:
            await _close_short(session, drop)
        elif await stock.free_apart(session, drop.id):
            return False
        return await _finish(session, drop)


async def make_way(session: Session, show_id: UUID) -> bool:
    """Whether the next drop of a show may begin; one whose time is over does not keep it. Needs the
    show's lock, or gets it.
    """
    await shows.lock_show(session, show_id)
    found = await queries.announced_of_show(session, show_id)
    locked = None if found is None else await queries.lock_drop(session, found)
    if locked is None:
        return True
    if not running.is_over(locked.drop, locked.at):
        return False
    await queries.save_drop(session, replace(locked.drop, state=DropState.OVER))
    return True


async def _close_short(session: Session, found: Drop) -> None:
    """Its seller counts fewer pieces than are set apart: nobody else is sold one."""
    await shows.lock_show(session, found.show_id)
    locked = await queries.lock_drop(session, found.id)
    assert locked is not None
    if await close(session, locked) is not locked.drop:
        log.warning("drop is closed: pieces are missing", drop=str(found.id))


async def _finish(session: Session, found: Drop) -> bool:
    """Whether it has ended: what nobody bought is for sale to everybody again, and the log is
    complete.
    """
    await shows.lock_show(session, found.show_id)
    locked = await queries.lock_drop(session, found.id)
    assert locked is not None
    drop, at = locked.drop, locked.at
    if drop.state is DropState.ENDED:
        return True
    if await stock.is_apart_held(session, drop.id):
        return False
    sold = await queries.sold_of(session, drop.id)
    if not running.is_over(drop, at) and sold < drop.units:
        return False
    returned = await stock.put_apart_back(session, drop.id)
    if returned != drop.units - sold:
        # What is true is written all the same, so that the published log says it, too.
        log.error("drop does not add up", drop=str(drop.id), sold=sold, returned=returned)
    head, lines = chain.extend(locked.head, [Ended(at, sold, returned)])
    await queries.add_records(session, drop.id, locked.head.records, lines, head)
    ended = replace(drop, state=DropState.ENDED, ended_at=running.moment(at), sold=sold, salt=None)
    await queries.save_drop(session, ended)
    await queries.forget_holds(session, drop.id)
    # Sold out, it is offered to nobody any more.
    await catalog.end_timed_price(session, drop.id, running.moment(at))
    assert drop.cue_id is not None and drop.announced_at is not None
    shown = running.moment(at) - drop.announced_at + _SHOWN_AFTER
    await shows.end_drop(session, drop.cue_id, shown)
    await publish(session, ended)
    return True
