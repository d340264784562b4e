"""Somebody waits for a piece of what is sold out, and leaves the line.

Each of these adds to the log of the list in its transaction, under the lock of the list's row.
Locks: the viewer, the list, the lines of a hold, stock.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import PricedProduct, Variant
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.offers.errors import (
    NothingSoldNow,
    StillInStock,
    TooManyWaits,
    WaitHeld,
    WaitingListFull,
    WaitNotFound,
    WaitPaying,
)
from showfloor.offers.queries import waiting as queries
from showfloor.offers.queries.waiting import LockedList
from showfloor.offers.rules import chain, running
from showfloor.offers.rules import waiting as rules
from showfloor.offers.types.waiting import (
    Bought,
    Finished,
    Joined,
    Left,
    Passed,
    Place,
    PlaceState,
    Wait,
    WaitingList,
    WaitingRecord,
)
from showfloor.shows import service as shows
from showfloor.shows.errors import ProductNotInShow
from showfloor.shows.types import Show
from showfloor.stock import service as stock
from showfloor.stock.types import LineState
from showfloor.viewers import service as viewers
from showfloor.viewers.types import Viewer

_BATCH = 100


async def join(session: Session, *, viewer: Viewer, show_id: UUID, sku: str) -> Wait:
    """Wait in line for a piece of what a show sells and what is sold out. Whoever waits already, or
    has a piece held, keeps the place.

    Raises ShowNotFound, NothingSoldNow, ProductNotInShow, StillInStock, WaitHeld for who bought one
    from this list, TooManyWaits, WaitingListFull.
    """
    show = await shows.get_public_show(session, show_id)
    if not show.sells:
        raise NothingSoldNow
    priced, variant = await _on_shelf(session, show, sku)
    await viewers.lock_viewer(session, viewer=viewer)
    locked = await _lock_or_open(session, priced.product.id, variant)
    earlier = await queries.place_of(session, locked.waiting.id, viewer.id)
    if earlier is not None and earlier.state in (PlaceState.WAITING, PlaceState.OFFERED):
        return await get_wait(session, earlier)
    if earlier is not None and earlier.state is PlaceState.BOUGHT:
        raise WaitHeld
    there = await stock.lock_stock(session, variant.id)
    if there.for_sale:
        raise StillInStock(extra={"available": there.for_sale})
    await _check_room(session, viewer, locked)
    if earlier is not None:
        await queries.remove_place(session, earlier.id)
    return await get_wait(session, await _add(session, locked, viewer, show))


async def _on_shelf(session: Session, show: Show, sku: str) -> tuple[PricedProduct, Variant]:
    """What is sold in this show's market. Raises ProductNotInShow."""
    priced = await catalog.get_priced_products(session, show.product_ids, show.currency)
    for each in priced.values():
        for variant in each.product.variants:
            if variant.sku == sku and variant.id in each.prices:
                return each, variant
    raise ProductNotInShow


async def _lock_or_open(session: Session, product_id: UUID, variant: Variant) -> LockedList:
    while True:
        locked = await queries.lock_open(session, variant.id)
        if locked is not None:
            return locked
        new = WaitingList(
            id=ids.new(),
            variant_id=variant.id,
            product_id=product_id,
            sku=variant.sku,
            opened_at=clock.now(),
            salt=secrets.token_bytes(32),
        )
        await queries.open_list(session, new)


async def _check_room(session: Session, viewer: Viewer, locked: LockedList) -> None:
    """Raises TooManyWaits, WaitingListFull."""
    if await queries.count_of_viewer(session, viewer.id) >= rules.MOST_WAITS:
        raise TooManyWaits(most=rules.MOST_WAITS)
    if await queries.count_in_line(session, locked.waiting.id) >= rules.MOST_IN_LINE:
        raise WaitingListFull


async def _add(session: Session, locked: LockedList, viewer: Viewer, show: Show) -> Place:
    waiting = locked.waiting
    assert waiting.salt is not None
    person = running.pseudonym(waiting.salt, running.person_key(viewer.id, b""))
    records: list[WaitingRecord] = []
    if not locked.head.records:
        records.append(rules.opened(waiting, locked.at))
    place = Place(
        id=ids.new(),
        list_id=waiting.id,
        viewer_id=viewer.id,
        show_id=show.id,
        market=show.market,
        joined=locked.head.records + len(records),
        state=PlaceState.WAITING,
        joined_at=running.moment(locked.at),
    )
    await queries.add_place(session, place)
    await write_down(session, locked, [*records, Joined(locked.at, person)])
    return place


async def write_down(
    session: Session, locked: LockedList, records: Sequence[WaitingRecord]
) -> None:
    """Add to the log, and say how many wait now; a list in which nobody does ends."""
    records, waiting = list(records), locked.waiting
    ends = not await queries.count_active(session, waiting.id)
    if ends:
        records.append(Finished(locked.at))
    if records:
        head, lines = chain.extend(locked.head, records)
        await queries.add_records(session, waiting.id, locked.head.records, lines, head)
    people = await queries.count_in_line(session, waiting.id)
    await stock.set_waiting(session, waiting.variant_id, people)
    if ends:
        await queries.end_list(session, waiting.id, running.moment(locked.at))


async def leave(session: Session, *, place_id: UUID, viewer: Viewer | None = None) -> None:
    """Give up a place in line, or what is held in it, which is the next one's then. `viewer` is who
    asks, if not by the token of the place. Raises WaitNotFound, WaitHeld for what is bought,
    WaitPaying while a payment for it is under way; then nothing has changed.
    """
    found = await queries.place(session, place_id)
    if found is None or (viewer is not None and found.viewer_id != viewer.id):
        raise WaitNotFound
    kept = (await _give_up(session, [found])).get(place_id)
    if kept is PlaceState.OFFERED:
        raise WaitPaying
    if kept is PlaceState.BOUGHT:
        raise WaitHeld


async def _give_up(session: Session, found: Sequence[Place]) -> dict[UUID, PlaceState]:
    """Places of one viewer, of whom each list has one. What keeps those that are not given up: a
    payment under way (`offered`), of which nothing has changed, or that a piece was bought. In a
    list that has ended there is nothing to give up.

    Everything is locked before the first change, in the order in which everybody locks.
    """
    locked = {}
    for list_id in sorted({each.list_id for each in found}):
        if (waiting := await queries.lock_list(session, list_id)) is not None:
            locked[list_id] = waiting
    places = [
        each
        for each in await queries.places_by_id(session, [each.id for each in found])
        if each.list_id in locked
    ]
    holds = [each.hold_id for each in places if each.hold_id is not None]
    await stock.lock_held(session, holds, [each.waiting.variant_id for each in locked.values()])
    kept = {}
    for place in places:
        state = await _give_up_locked(session, locked[place.list_id], place)
        if state is not None:
            kept[place.id] = state
    wake(session, stock.FREED)
    return kept


async def _give_up_locked(session: Session, locked: LockedList, place: Place) -> PlaceState | None:
    record: WaitingRecord | None = None
    if place.state is PlaceState.WAITING:
        record = Left(locked.at, place.joined, "left")
    elif place.state is PlaceState.OFFERED:
        record = await _return(session, locked, place)
        if record is None:
            return PlaceState.OFFERED
    bought = isinstance(record, Bought) or place.state is PlaceState.BOUGHT
    if bought:
        await queries.save_place(session, replace(place, state=PlaceState.BOUGHT))
    else:
        await queries.remove_place(session, place.id)
    await write_down(session, locked, [record] if record else [])
    return PlaceState.BOUGHT if bought else None


async def _return(session: Session, locked: LockedList, place: Place) -> WaitingRecord | None:
    """None where a payment is under way, which finds its goods held."""
    assert place.hold_id is not None
    if not await stock.release_held(session, place.hold_id):
        return None
    states = await stock.states_in_holds(session, locked.waiting.variant_id, [place.hold_id])
    return outcome(place, states.get(place.hold_id), locked.at)


def outcome(place: Place, state: LineState | None, at: int) -> WaitingRecord:
    """What became of what was held for somebody; `state` is None where it is not in the hold any
    more.
    """
    if state is LineState.SETTLED:
        return Bought(at, place.joined)
    return Passed(at, place.joined, rules.passed_because(place, at))


async def list_waits(session: Session, viewer_id: UUID) -> list[Wait]:
    """In which somebody waits or has something held, and what became of others in a list that goes
    on; in the order in which they were taken.
    """
    return await _waits(session, await queries.places_of_viewer(session, viewer_id))


async def find_wait(session: Session, place_id: UUID) -> Wait:
    """For whoever has the token of the place. Raises WaitNotFound."""
    place = await queries.place(session, place_id)
    if place is None:
        raise WaitNotFound
    return await get_wait(session, place)


async def get_wait(session: Session, place: Place) -> Wait:
    """Raises WaitNotFound where what they wait for, or the show, is gone."""
    found = await _waits(session, [place])
    if not found:
        raise WaitNotFound
    return found[0]


async def _waits(session: Session, places: Sequence[Place]) -> list[Wait]:
    """Those of products and shows that are gone are left out."""
    lists = await queries.lists_of(session, {each.list_id for each in places})
    ahead = await queries.ahead_of(session, places)
    found = await shows.get_shows(session, {each.show_id for each in places})
    products = {
        product.id: product
        for product in await catalog.get_products(
            session, {each.product_id for each in lists.values()}
        )
    }
    waits = []
    for place in places:
        waiting, show = lists[place.list_id], found.get(place.show_id)
        product = products.get(waiting.product_id)
        variants = {each.id: each for each in product.variants} if product else {}
        variant = variants.get(waiting.variant_id)
        if show is None or product is None or variant is None:
            continue
        waits.append(
            Wait(
                place=place,
                sku=variant.sku,
                product_id=product.id,
                product=dict(product.name),
                choice=dict(catalog.options_text(product, variant)),
                slug=show.slug,
                ahead=ahead.get(place.id, 0),
            )
        )
    return waits


async def lapse_old(session: Session) -> int:
    """One batch: who has waited for as long as one can waits no more, and places that are over are
    forgotten; how many.

    Of one list alone: each changes the stock of its variant, and whoever changes more of it in one
    transaction does so in the order of the variants.
    """
    before = rules.lapses_before(clock.now())
    list_id = await queries.oldest_in_line(session, before)
    lapsed = await _lapse(session, list_id, before) if list_id else 0
    return lapsed + await queries.remove_over_before(session, before)


async def _lapse(session: Session, list_id: UUID, before: datetime) -> int:
    locked = await queries.lock_list(session, list_id)
    if locked is None:
        return 0
    found = await queries.old_in_line(session, list_id, before, _BATCH)
    old = [each for each in found if rules.has_lapsed(each, locked.at)]
    for place in old:
        await queries.remove_place(session, place.id)
    await write_down(session, locked, [Left(locked.at, each.joined, "lapsed") for each in old])
    return len(old)


async def erase(session: Session, viewer_id: UUID) -> int:
    """Every place of a viewer but those for which a payment is under way (`count_paying`); how
    many. The log keeps pseudonyms.
    """
    places = await queries.places_of_viewer(session, viewer_id)
    kept = await _give_up(session, places)
    over = [each for each in places if kept.get(each.id) is not PlaceState.OFFERED]
    for place in over:
        await queries.remove_place(session, place.id)
    return len(over)


async def count_paying(session: Session, viewer_id: UUID) -> int:
    """Places of a viewer in which something is held that is being paid for."""
    places = await queries.places_of_viewer(session, viewer_id)
    offered = [each for each in places if each.state is PlaceState.OFFERED]
    return len(await stock.being_paid(session, [each.hold_id for each in offered if each.hold_id]))
