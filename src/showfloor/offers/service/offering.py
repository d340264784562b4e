"""A piece that is free again is offered to who is first in line: it is held for them, and for
nobody else, for a while, and then for the next.

Between the moment at which a piece becomes free and its offer nobody else gets it: the statements
that take a hold count who waits (`stock`, `waiting`). So the worker may be late.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import structlog

from showfloor.catalog import service as catalog
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.money import Money
from showfloor.kit.outbox import publish
from showfloor.markets.types import SalesContext
from showfloor.offers.errors import WaitNotFound
from showfloor.offers.events import PieceOffered
from showfloor.offers.queries import waiting as queries
from showfloor.offers.queries.waiting import LockedList
from showfloor.offers.rules import running
from showfloor.offers.rules import waiting as rules
from showfloor.offers.service.waiting import get_wait, outcome, write_down
from showfloor.offers.types.waiting import (
    Bought,
    Left,
    Offered,
    OfferedPiece,
    Place,
    PlaceState,
    WaitingRecord,
)
from showfloor.shows import service as shows
from showfloor.shows.types import Show
from showfloor.stock import service as stock
from showfloor.stock.types import Line, LineState
from showfloor.viewers import service as viewers

log = structlog.get_logger()
_AT_ONCE = 25
"""People to whom something is offered, or who are passed over, in one transaction: it has locked
the stock, and whoever wants to buy waits for it.
"""


async def offer_freed(database: Database) -> None:
    """What became of what was offered, and whatever is free to those who are first in line now. One
    list that fails keeps no other from it.
    """
    async with database.session() as session:
        found = await _to_serve(session)
    for list_id in found:
        try:
            while await _serve(database, list_id):
                pass
        except Exception:
            log.exception("waiting list could not be served", list=str(list_id))


async def _to_serve(session: Session) -> list[UUID]:
    """Lists of which a piece is free, or in which something is held: two statements, which read no
    other list.
    """
    return await queries.lists_to_serve(session, await stock.freed(session))


async def _serve(database: Database, list_id: UUID) -> bool:
    """The first of a line, in a transaction of its own; whether to go on with those behind them."""
    async with database.session() as session:
        locked = await queries.lock_list(session, list_id)
        if locked is None:
            return False
        over = await _note_outcomes(session, locked)
        there = await stock.lock_stock(session, locked.waiting.variant_id)
        served = await _offer(session, locked, max(0, there.available))
        await write_down(session, locked, [*over, *served])
        return len(served) == _AT_ONCE


async def _note_outcomes(session: Session, locked: LockedList) -> list[WaitingRecord]:
    """What was offered and is bought by now, or free again."""
    places = await queries.offered_of(session, locked.waiting.id)
    holds = [each.hold_id for each in places if each.hold_id is not None]
    states = await stock.states_in_holds(session, locked.waiting.variant_id, holds)
    records: list[WaitingRecord] = []
    for place in places:
        assert place.hold_id is not None
        state = states.get(place.hold_id)
        if state is LineState.HELD:
            continue
        record = outcome(place, state, locked.at)
        after = PlaceState.BOUGHT if isinstance(record, Bought) else PlaceState.PASSED
        await queries.save_place(session, replace(place, state=after))
        records.append(record)
    return records


async def _offer(session: Session, locked: LockedList, pieces: int) -> list[WaitingRecord]:
    """So many pieces to the first in line, a few of them at a time; who cannot be offered one
    leaves it. While the recording of a show is prepared, the line waits for whoever is first in it
    and joined there.
    """
    records: list[WaitingRecord] = []
    while pieces and len(records) < _AT_ONCE:
        place = await queries.first_in_line(session, locked.waiting.id)
        record = await _offer_to(session, locked, place) if place else None
        if place is None or record is None:
            break
        records.append(record)
        if isinstance(record, Offered):
            pieces -= 1
        else:
            await queries.remove_place(session, place.id)
    return records


async def _offer_to(session: Session, locked: LockedList, place: Place) -> Offered | Left | None:
    # Nobody writes to somebody who may be a child to make them come and buy. The log does not say
    # why somebody left.
    if not await viewers.may_be_written_to(session, place.viewer_id):
        return Left(locked.at, place.joined, "left")
    show = (await shows.get_shows(session, [place.show_id])).get(place.show_id)
    if show and show.sells_soon and rules.may_be_prepared(show.ended_at, clock.now()):
        return None
    priced = await _price(session, locked, show)
    if priced is None:
        return Left(locked.at, place.joined, "not_sold")
    until = rules.offered_until(locked.at)
    held = await stock.hold_for_first(
        session,
        context=SalesContext.in_show(place.show_id, place.market),
        wanted=Line(locked.waiting.variant_id, locked.waiting.sku, 1, priced),
        now=running.moment(locked.at),
        until=running.moment(until),
    )
    assert held is not None, "counted under the lock of its stock"
    offered = replace(place, state=PlaceState.OFFERED, hold_id=held.id, until=running.moment(until))
    await queries.save_place(session, offered)
    await publish(session, PieceOffered(place.id, clock.now()))
    return Offered(locked.at, place.joined, until)


async def _price(session: Session, locked: LockedList, show: Show | None) -> Money | None:
    """Today's, in the show in which they joined; None where it is not sold there any more. As for
    every other hold, the show has to be on the air or to be watched again.
    """
    if show is None or not show.sells or locked.waiting.product_id not in show.product_ids:
        return None
    priced = await catalog.get_priced_products(session, [locked.waiting.product_id], show.currency)
    product = priced.get(locked.waiting.product_id)
    return product.prices.get(locked.waiting.variant_id) if product else None


async def find_offer(session: Session, *, secret: str, place_id: UUID) -> OfferedPiece | None:
    """For the mail about it; None where it is over or nearly, or its reader is gone or limited."""
    place = await queries.place(session, place_id)
    if place is None or place.state is not PlaceState.OFFERED:
        return None
    assert place.until is not None
    if not rules.is_in_time(place.until, clock.now()):
        return None
    viewer = await viewers.find_reader(session, secret=secret, viewer_id=place.viewer_id)
    if viewer is None:
        return None
    try:
        wait = await get_wait(session, place)
    except WaitNotFound:
        return None
    key = secret.encode()
    token, leave_token = rules.wait_token(key, place.id), rules.leave_token(key, place.id)
    return OfferedPiece(wait, viewer.email, viewer.language, token, leave_token)
