"""A show's team plans a drop, its seller agrees to the price, the team opens it and may close it.

Locks: the show, the drop, stock, the room.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import PricedProduct, TimedPrice
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.media.errors import NotLive
from showfloor.media.types import MediaMoment
from showfloor.offers import queries
from showfloor.offers.errors import (
    DropNotAgreed,
    DropNotFound,
    DropPriceHigher,
    DropRunning,
    DropShort,
    DropStateConflict,
    TooManyPlanned,
)
from showfloor.offers.queries import Locked
from showfloor.offers.rules import chain, policy, running
from showfloor.offers.schemas import NewDrop
from showfloor.offers.service.ending import close, make_way, publish
from showfloor.offers.types import AskedDrop, Drop, DropState, DropWithLeft, Head, Record
from showfloor.shows import service as shows
from showfloor.shows.errors import NotAllowedInState, ProductNotInShow
from showfloor.shows.types import DropPayload, Show
from showfloor.stock import service as stock


async def plan_drop(session: Session, *, person: Person, show_id: UUID, new: NewDrop) -> Drop:
    """A drop of a show that is not over, which nobody sees before it is opened. The seller of the
    goods has to agree, also to today's price: pieces are taken off sale for it, and tomorrow they
    may cost more. Who plans a drop of goods of their own has agreed.

    Raises ShowNotFound, NotAllowedInState, ProductNotInShow, DropPriceHigher, TooManyPlanned.
    """
    show = await shows.get_own_show(session, person=person, show_id=show_id, lock=True)
    if show.state.over:
        raise NotAllowedInState
    priced = await _on_shelf(session, show, ids.parse("prod", new.product_id))
    variant = next((one for one in priced.product.variants if one.sku == new.sku), None)
    usual = priced.prices.get(variant.id) if variant else None
    if variant is None or usual is None:
        raise ProductNotInShow
    price = Money(new.price, show.currency)
    if price.amount > usual.amount:
        raise DropPriceHigher(usual=usual.amount)
    drop = Drop(
        id=ids.new(),
        show_id=show.id,
        product_id=priced.product.id,
        variant_id=variant.id,
        sku=variant.sku,
        units=new.units,
        per_person=new.per_person,
        price=price,
        countdown_s=new.opens_in_s,
        runs_s=new.runs_s,
        state=DropState.PLANNED,
        agreed=priced.product.merchant_id in person.merchant_ids,
        created_at=clock.now(),
    )
    others = await queries.drops_of_show(session, show.id)
    check_room(each.state is DropState.PLANNED for each in others)
    await queries.add_drop(session, drop)
    return drop


def check_room(planned: Iterable[bool]) -> None:
    """Whether one more may be planned, from which of a show's others are. Needs the show's lock.
    Raises TooManyPlanned.
    """
    if sum(planned) >= policy.MOST_PLANNED:
        raise TooManyPlanned(most=policy.MOST_PLANNED)


async def _on_shelf(session: Session, show: Show, product_id: UUID) -> PricedProduct:
    """Raises ProductNotInShow."""
    found = await catalog.get_priced_products(session, [product_id], show.currency)
    if product_id not in show.product_ids or product_id not in found:
        raise ProductNotInShow
    return found[product_id]


async def agree_drop(session: Session, *, person: Person, drop_id: UUID) -> Drop:
    """The seller agrees to the price; twice is fine. Raises DropNotFound, also for who does not
    sell these goods, DropStateConflict.
    """
    locked = await _lock(session, drop_id)
    await _check_seller(session, person, locked.drop)
    if locked.drop.state is not DropState.PLANNED:
        raise DropStateConflict
    agreed = replace(locked.drop, agreed=True)
    await queries.save_drop(session, agreed)
    return agreed


async def withdraw_drop(session: Session, *, person: Person, drop_id: UUID) -> Drop:
    """The seller takes back the yes to a drop that is planned, or closes one that was announced: as
    with the team, nobody can ask any more, and what is held may be paid. Twice is fine. Raises
    DropNotFound, also for who does not sell these goods, DropStateConflict for one that was over
    before.
    """
    await shows.lock_show(session, await show_of_drop(session, drop_id))
    locked = await _lock(session, drop_id)
    drop = locked.drop
    await _check_seller(session, person, drop)
    if drop.state is DropState.PLANNED:
        kept = replace(drop, agreed=False)
        await queries.save_drop(session, kept)
        return kept
    if drop.closed_at is not None and drop.state is DropState.OVER:
        return drop
    if drop.state is not DropState.ANNOUNCED:
        raise DropStateConflict
    return await close(session, locked)


async def _check_seller(session: Session, person: Person, drop: Drop) -> None:
    """Raises DropNotFound."""
    owners = await catalog.get_products_of_variants(session, [drop.variant_id])
    if {product.merchant_id for product in owners.values()} - person.merchant_ids or not owners:
        raise DropNotFound


async def announce_drop(
    session: Session, *, person: Person, drop_id: UUID, moment: MediaMoment
) -> Drop:
    """The countdown begins on the frame of `moment`: the units are set apart, and the terms are the
    first record of the log.

    Raises DropNotFound, DropStateConflict, DropNotAgreed, DropRunning, DropPriceHigher, DropShort,
    ProductNotInShow, NotLive, StreamingUnavailable; then nothing has changed.
    """
    show = await _own_show(session, person, await show_of_drop(session, drop_id), lock=True)
    locked = await _lock(session, drop_id)
    drop = locked.drop
    if drop.state is not DropState.PLANNED:
        raise DropStateConflict
    if not show.state.on_air:
        raise NotLive
    if not drop.agreed:
        raise DropNotAgreed
    if not await make_way(session, show.id):
        raise DropRunning
    priced = await _on_shelf(session, show, drop.product_id)
    usual = priced.prices.get(drop.variant_id)
    if usual is None:
        raise ProductNotInShow
    if usual.amount < drop.price.amount:
        raise DropPriceHigher(usual=usual.amount)
    if not await stock.set_apart(session, drop.id, variant_id=drop.variant_id, units=drop.units):
        there = await stock.stock_of(session, [drop.variant_id])
        left = there[drop.variant_id].for_sale if there else 0
        raise DropShort(extra={"available": left})
    announced = await _announced(session, locked)
    await _note_price(session, announced)
    begun = await _add(session, locked, running.terms_of(announced, locked.at))
    payload = _payload(announced, priced, terms_sha256=begun.digest)
    cue = await shows.begin_drop(session, show, payload, moment)
    announced = replace(announced, cue_id=cue.id)
    await queries.save_drop(session, announced)
    await publish(session, announced)
    return announced


async def _announced(session: Session, locked: Locked) -> Drop:
    drop, at = locked.drop, locked.at
    start = running.moment(at) - running.PRIOR_PERIOD
    history = await catalog.prices_since(session, drop.variant_id, drop.price.currency, start)
    was = running.reduced_from(drop.price.amount, history, start)
    terms = running.terms_of(drop, at)
    return replace(
        drop,
        state=DropState.ANNOUNCED,
        was=None if was is None else Money(was, drop.price.currency),
        announced_at=running.moment(at),
        opens_at=running.moment(terms.opens),
        closes_at=running.moment(terms.closes),
        salt=secrets.token_bytes(32),
    )


async def _note_price(session: Session, drop: Drop) -> None:
    assert drop.opens_at is not None and drop.closes_at is not None
    asked = TimedPrice(drop.opens_at, drop.closes_at, drop.price.amount)
    await catalog.note_timed_price(
        session, drop.id, variant_id=drop.variant_id, currency=drop.price.currency, asked=asked
    )


def _payload(drop: Drop, priced: PricedProduct, *, terms_sha256: str) -> DropPayload:
    assert drop.opens_at is not None and drop.closes_at is not None
    return DropPayload(
        drop_id=drop.id,
        product_id=drop.product_id,
        sku=drop.sku,
        name=dict(priced.product.name),
        units=drop.units,
        per_person=drop.per_person,
        price=drop.price,
        was=drop.was,
        opens_at=drop.opens_at,
        closes_at=drop.closes_at,
        holds_s=policy.longest_hold(drop.runs_s),
        terms_sha256=terms_sha256,
    )


async def cancel_drop(session: Session, *, person: Person, drop_id: UUID) -> Drop:
    """A planned one is given up; one that was announced is closed: nobody can ask any more, and
    what is held may be paid. Twice is fine. Raises DropNotFound.
    """
    await _own_show(session, person, await show_of_drop(session, drop_id), lock=True)
    locked = await _lock(session, drop_id)
    if locked.drop.state is DropState.PLANNED:
        given_up = replace(locked.drop, state=DropState.CANCELLED)
        await queries.save_drop(session, given_up)
        return given_up
    return await close(session, locked)


async def list_drops(session: Session, *, person: Person, show_id: UUID) -> list[DropWithLeft]:
    """For the show's team, in the order in which they were planned. Raises ShowNotFound."""
    show = await shows.get_own_show(session, person=person, show_id=show_id)
    found = await queries.drops_of_show(session, show.id)
    return [DropWithLeft(drop, await _left(session, drop)) for drop in found]


async def list_of_product(
    session: Session, *, person: Person, product_id: UUID
) -> list[DropWithLeft]:
    """What hosts plan for a product and run, for its seller. Raises ProductNotFound."""
    product = await catalog.get_own_product(session, person=person, product_id=product_id)
    found = await queries.open_of_products(session, [product.id])
    return [DropWithLeft(drop, await _left(session, drop)) for drop in found]


async def list_asked_drops(session: Session, *, person: Person) -> list[AskedDrop]:
    """What hosts ask the sellers of this person for, and what of it runs."""
    asked_for = await queries.products_asked_for(session)
    own = {
        product.id: product
        for product in await catalog.get_products(session, asked_for)
        if product.merchant_id in person.merchant_ids
    }
    found = await queries.open_of_products(session, own)
    return [
        AskedDrop(DropWithLeft(drop, await _left(session, drop)), dict(own[drop.product_id].name))
        for drop in found
    ]


async def _left(session: Session, drop: Drop) -> int | None:
    if drop.state is not DropState.ANNOUNCED:
        return None
    return await stock.free_apart(session, drop.id)


async def show_of_drop(session: Session, drop_id: UUID) -> UUID:
    """Raises DropNotFound."""
    found = await queries.drop(session, drop_id)
    if found is None:
        raise DropNotFound
    return found.show_id


async def _own_show(session: Session, person: Person, show_id: UUID, *, lock: bool) -> Show:
    return await shows.get_own_show(session, person=person, show_id=show_id, lock=lock)


async def _lock(session: Session, drop_id: UUID) -> Locked:
    locked = await queries.lock_drop(session, drop_id)
    if locked is None:
        raise DropNotFound
    return locked


async def _add(session: Session, locked: Locked, *records: Record) -> Head:
    head, lines = chain.extend(locked.head, records)
    await queries.add_records(session, locked.drop.id, locked.head.records, lines, head)
    return head
