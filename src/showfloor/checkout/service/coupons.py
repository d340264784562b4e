"""Claimed coupons at the checkout: found, taken off the lines of a purchase, kept for one payment.

A purchase without coupons comes by here without a statement.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from showfloor.checkout import queries, rules
from showfloor.checkout.types import Agreed, Checkout, Coupons
from showfloor.kit.db import Connection
from showfloor.kit.money import Money
from showfloor.offers import service as offers
from showfloor.offers.errors import CouponFirstOrderOnly, CouponGone
from showfloor.offers.types import Applied, Discounts, HeldCoupon, PricedLine
from showfloor.orders import service as orders
from showfloor.orders.types import AgreedCoupon, Buyer
from showfloor.stock.types import Hold

NO_COUPONS = Coupons()
NO_DISCOUNTS = Discounts()


async def find_coupons(connection: Connection, claim_ids: Collection[UUID]) -> Coupons:
    """What a buyer has claimed, as it stands now."""
    if not claim_ids:
        return NO_COUPONS
    held, at = await offers.find_held(connection, claim_ids)
    return Coupons(tuple(held), at)


def take_off(
    lines: Sequence[Agreed], hold: Hold, coupons: Coupons
) -> tuple[list[Agreed], Discounts]:
    """The lines at what is paid for them; what is held of a drop has its price."""
    if not coupons.held:
        return list(lines), NO_DISCOUNTS
    priced = [
        PricedLine(
            line.merchant_id,
            line.item.product_id,
            line.item.unit_price.amount,
            line.item.quantity,
            fixed=hold.apart_id is not None,
        )
        for line in lines
    ]
    currency = hold.total.currency
    least = rules.least_charge(currency)
    found = offers.find_discounts(priced, coupons.held, coupons.at, currency=currency, least=least)
    shares = {place: share for each in found.applied for place, share in each.shares.items()}
    discounted = [
        replace(line, item=replace(line.item, discount_amount=shares.get(place, 0)))
        for place, line in enumerate(lines)
    ]
    return discounted, found


def agreed_coupon(
    merchant_id: UUID, lines: Sequence[Agreed], discounts: Discounts
) -> AgreedCoupon | None:
    """The coupon that is taken off one seller's part, as it goes into its order."""
    of_seller = (each for each in discounts.applied if _merchant(each) == merchant_id)
    applied = next(of_seller, None)
    if applied is None:
        return None
    coupon, currency = applied.held.coupon, applied.held.coupon.currency
    return AgreedCoupon(
        coupon_id=coupon.id,
        claim_id=applied.held.claim.id,
        name=coupon.name,
        amount=Money(applied.amount, currency),
        lines=tuple(line.item.discount for line in lines if line.merchant_id == merchant_id),
        terms=coupon.terms or {},
    )


def _merchant(applied: Applied) -> UUID:
    return applied.held.coupon.merchant_id


async def check_buyer(
    connection: Connection, checkout: Checkout, coupons: Coupons, buyer: Buyer
) -> None:
    """Who buys is known now: whether they may use what is taken off. Raises CouponFirstOrderOnly,
    CouponGone.
    """
    used = set(checkout.claims)
    for held in coupons.held:
        if held.claim.id not in used:
            continue
        await _check_first_order(connection, held, buyer.email, buyer.viewer_id)
        await offers.check_buyer(connection, held, buyer.email)


async def begin_use(connection: Connection, checkout: Checkout, payment_id: UUID) -> None:
    """The coupons in the sum are this payment's from here on. What was true when the details were
    given may not be any more: the buyer may have ordered, or pay for another purchase right now.
    Needs the checkout's lock. Raises CouponFirstOrderOnly, CouponGone.
    """
    buyer = await queries.buyer_of(connection, checkout.id)
    if buyer is None:
        raise CouponGone
    email, viewer_id = buyer
    use = offers.Use(checkout.id, payment_id, email, viewer_id)
    for held in await offers.begin_use(connection, checkout.claims, use):
        await _check_first_order(connection, held, email, viewer_id)


async def _check_first_order(
    connection: Connection, held: HeldCoupon, email: str, viewer_id: UUID | None
) -> None:
    if held.coupon.first_order and await orders.has_ordered(
        connection, merchant_id=held.coupon.merchant_id, email=email, viewer_id=viewer_id
    ):
        raise CouponFirstOrderOnly
