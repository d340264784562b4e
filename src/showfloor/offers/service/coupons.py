"""A show's team plans a coupon, its seller agrees, the team opens it and may close it.

Locks: the show, the coupon, the room.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import PricedProduct
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.markets.service import get_market
from showfloor.merchants import service as merchants
from showfloor.offers.errors import (
    CouponInvalid,
    CouponNotAgreed,
    CouponNotFound,
    CouponRunning,
    CouponStateConflict,
)
from showfloor.offers.queries import coupons as queries
from showfloor.offers.rules import claiming
from showfloor.offers.schemas import NewCoupon
from showfloor.offers.service.planning import check_room
from showfloor.offers.types import (
    Coupon,
    CouponCounts,
    CouponKind,
    CouponState,
    CouponWithCounts,
)
from showfloor.offers.views import coupon_terms, room_coupon
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.errors import NotAllowedInState, ProductNotInShow
from showfloor.shows.types import Show


async def plan_coupon(
    session: Session, *, person: Person, show_id: UUID, new: NewCoupon
) -> CouponWithCounts:
    """A coupon of a show that is not over, for goods on its shelf of one seller, who has to agree:
    what it takes off is the seller's money. Who plans one for goods of their own has agreed.

    Raises ShowNotFound, NotAllowedInState, ProductNotInShow, CouponInvalid, TooManyPlanned.
    """
    show = await shows.get_own_show(session, person=person, show_id=show_id, lock=True)
    if show.state.over:
        raise NotAllowedInState
    merchant_id = ids.parse("mer", new.merchant_id)
    products = tuple(ids.parse("prod", each) for each in new.product_ids)
    own = await _goods_of(session, show, merchant_id)
    if not own or not own.keys() >= set(products):
        raise ProductNotInShow
    now = clock.now()
    coupon = Coupon(
        id=ids.new(),
        show_id=show.id,
        merchant_id=merchant_id,
        name=new.name.model_dump(),
        kind=new.kind,
        value=new.value,
        currency=show.currency,
        product_ids=products,
        minimum=new.minimum,
        floor=0,
        quota=new.quota,
        per_person=new.per_person,
        first_order=new.first_order,
        followers=new.followers,
        valid_s=new.valid_s,
        valid_until=new.valid_until,
        keep_s=new.keep_s,
        state=CouponState.PLANNED,
        agreed=merchant_id in person.merchant_ids,
        created_at=now,
    )
    _check_end(coupon, now)
    if coupon.kind is CouponKind.AMOUNT and coupon.value >= _dearest(own, products, coupon.minimum):
        raise CouponInvalid
    others = await queries.coupons_of_show(session, show.id)
    check_room(each.state is CouponState.PLANNED for each in others)
    await queries.add_coupon(session, coupon)
    return (await _told(session, [coupon]))[0]


def _dearest(own: dict[UUID, PricedProduct], products: Sequence[UUID], minimum: int) -> int:
    """What the goods cost that it can be taken off: at least the minimum, or the dearest piece."""
    chosen = products or own.keys()
    prices = [price.amount for each in chosen for price in own[each].prices.values()]
    return max([minimum, *prices])


async def _goods_of(session: Session, show: Show, merchant_id: UUID) -> dict[UUID, PricedProduct]:
    """Of one seller, on the shelf of the show."""
    found = await catalog.get_priced_products(session, show.product_ids, show.currency)
    return {key: each for key, each in found.items() if each.merchant.id == merchant_id}


def _check_end(coupon: Coupon, now: datetime) -> None:
    """Raises CouponInvalid for one that is over before it begins, or never."""
    if not now < claiming.ends_at(coupon, now) <= now + claiming.LONGEST:
        raise CouponInvalid


async def agree_coupon(
    session: Session, *, person: Person, coupon_id: UUID, floor: int
) -> CouponWithCounts:
    """The seller agrees, with a part of each price (hundredths of a percent) below which nothing
    goes; twice is fine. Raises CouponNotFound, also for who does not sell these goods,
    CouponStateConflict.
    """
    coupon = await queries.coupon(session, coupon_id, lock=True)
    if coupon is None or coupon.merchant_id not in person.merchant_ids:
        raise CouponNotFound
    if coupon.state is not CouponState.PLANNED:
        raise CouponStateConflict
    agreed = replace(coupon, agreed=True, floor=floor)
    await queries.save_coupon(session, agreed)
    return (await _told(session, [agreed]))[0]


async def withdraw_coupon(session: Session, *, person: Person, coupon_id: UUID) -> CouponWithCounts:
    """The seller takes back the yes to a coupon that is planned, and its floor with it, or closes
    one that can be claimed: as with the team, what was claimed stays good. Twice is fine. Raises
    CouponNotFound, also for who does not sell these goods, CouponStateConflict for one that ended
    or was given up.
    """
    found = await queries.coupon(session, coupon_id)
    if found is None or found.merchant_id not in person.merchant_ids:
        raise CouponNotFound
    await shows.lock_show(session, found.show_id)
    coupon = await _lock(session, coupon_id)
    if coupon.state is CouponState.PLANNED:
        coupon = replace(coupon, agreed=False, floor=0)
        await queries.save_coupon(session, coupon)
    elif coupon.state is CouponState.OPEN:
        coupon = await _close(session, coupon)
    elif coupon.state is not CouponState.CLOSED:
        raise CouponStateConflict
    return (await _told(session, [coupon]))[0]


async def open_coupon(session: Session, *, person: Person, coupon_id: UUID) -> CouponWithCounts:
    """From now on it can be claimed. Raises CouponNotFound, CouponStateConflict, CouponNotAgreed,
    CouponRunning, CouponInvalid (its date has passed), NotAllowedInState; then nothing has changed.
    """
    show = await _own_show(session, person, coupon_id)
    coupon = await _lock(session, coupon_id)
    if coupon.state is not CouponState.PLANNED:
        raise CouponStateConflict
    if not show.state.on_air:
        raise NotAllowedInState
    if not coupon.agreed:
        raise CouponNotAgreed
    now = await queries.database_now(session)
    await _make_way(session, show.id, now)
    _check_end(coupon, now)
    opened = replace(
        coupon,
        state=CouponState.OPEN,
        opened_at=now,
        ends_at=claiming.ends_at(coupon, now),
        salt=secrets.token_bytes(32),
    )
    told = await _with_names(session, opened, CouponCounts(0, 0))
    # As they are from now on, whatever is renamed.
    opened = replace(opened, terms=coupon_terms(told))
    await queries.save_coupon(session, opened)
    await _publish(session, opened)
    return replace(told, coupon=opened)


async def _make_way(session: Session, show_id: UUID, now: datetime) -> None:
    """One that is over keeps none from being opened, though it may wait for a payment before it
    ends. Needs the show's lock. Raises CouponRunning.
    """
    for each in await queries.coupons_of_show(session, show_id):
        if each.state is not CouponState.OPEN:
            continue
        other = await _lock(session, each.id)
        if not claiming.is_over(other, now):
            raise CouponRunning
        if other.state is CouponState.OPEN:
            over = replace(other, state=CouponState.CLOSED, closed_at=other.ends_at)
            await queries.save_coupon(session, over)


async def close_coupon(session: Session, *, person: Person, coupon_id: UUID) -> CouponWithCounts:
    """A planned one is given up; of one that was opened nobody gets any more, and what was claimed
    stays good. Twice is fine. Raises CouponNotFound.
    """
    await _own_show(session, person, coupon_id)
    coupon = await _close(session, await _lock(session, coupon_id))
    return (await _told(session, [coupon]))[0]


async def close_coupons_of_show(session: Session, show_id: UUID) -> None:
    """The show is over: nobody claims any more, and what was only planned is given up."""
    await shows.lock_show(session, show_id)
    for each in await queries.coupons_of_show(session, show_id):
        await _close(session, await _lock(session, each.id))


async def _close(session: Session, coupon: Coupon) -> Coupon:
    if coupon.state is CouponState.PLANNED:
        closed = replace(coupon, state=CouponState.CANCELLED)
        await queries.save_coupon(session, closed)
        return closed
    if coupon.state is not CouponState.OPEN:
        return coupon
    closed_at = await queries.database_now(session)
    closed = replace(coupon, state=CouponState.CLOSED, closed_at=closed_at)
    await queries.save_coupon(session, closed)
    await _publish(session, closed)
    return closed


async def _publish(session: Session, coupon: Coupon) -> None:
    """That there is one, in the room; how many are left changes too fast for it."""
    value = room_coupon(coupon).model_dump(mode="json")
    await realtime.set_entry(session, coupon.show_id, "coupon", value)


async def list_coupons(
    session: Session, *, person: Person, show_id: UUID
) -> list[CouponWithCounts]:
    """For the show's team, in the order in which they were planned. Raises ShowNotFound."""
    show = await shows.get_own_show(session, person=person, show_id=show_id)
    return await _told(session, await queries.coupons_of_show(session, show.id))


async def list_asked_coupons(session: Session, *, person: Person) -> list[CouponWithCounts]:
    """What hosts ask the sellers of this person for, and what of it can be claimed."""
    return await _told(session, await queries.asked_of(session, person.merchant_ids))


async def get_shown_coupon(session: Session, show_id: UUID) -> CouponWithCounts | None:
    """The newest that was opened in a show. Raises ShowNotFound."""
    show = await shows.get_public_show(session, show_id)
    coupon = await queries.shown_of_show(session, show.id)
    return None if coupon is None else (await _told(session, [coupon]))[0]


async def _told(session: Session, coupons: Collection[Coupon]) -> list[CouponWithCounts]:
    """With all that its terms name."""
    counted = await queries.counts(session, [each.id for each in coupons])
    return [
        await _with_names(session, each, counted.get(each.id, CouponCounts(0, 0)))
        for each in coupons
    ]


async def _with_names(session: Session, coupon: Coupon, counts: CouponCounts) -> CouponWithCounts:
    show = await shows.get_show(session, coupon.show_id)
    seller = (await merchants.get_merchants(session, [coupon.merchant_id]))[coupon.merchant_id]
    host = (await merchants.get_creators(session, {show.host_creator_id}))[show.host_creator_id]
    goods = await catalog.get_priced_products(session, coupon.product_ids, coupon.currency)
    return CouponWithCounts(
        coupon,
        counts,
        seller.name,
        host.name,
        tuple(goods[each].product.name for each in coupon.product_ids if each in goods),
        get_market(show.market).timezone,
    )


async def _own_show(session: Session, person: Person, coupon_id: UUID) -> Show:
    """Locked. Raises CouponNotFound, ShowNotFound."""
    found = await queries.coupon(session, coupon_id)
    if found is None:
        raise CouponNotFound
    return await shows.get_own_show(session, person=person, show_id=found.show_id, lock=True)


async def _lock(session: Session, coupon_id: UUID) -> Coupon:
    found = await queries.coupon(session, coupon_id, lock=True)
    if found is None:
        raise CouponNotFound
    return found
