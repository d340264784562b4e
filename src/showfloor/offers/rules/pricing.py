"""What claimed coupons take off a purchase: pure and deterministic, in minor units.

Each seller's part gets the one coupon that takes most off it; coupons are never added up. Of two
that take off the same the one that ends first wins, then the one with the lower id, whatever the
order in which they are given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from showfloor.offers.types import (
    Applied,
    ClaimState,
    Coupon,
    CouponKind,
    CouponState,
    Discounts,
    HeldCoupon,
    Passed,
    PassedOver,
    PricedLine,
)

WHOLE = 10_000
"""Hundredths of a percent."""
_USABLE = (ClaimState.CLAIMED, ClaimState.PAYING)


def find_discounts(
    lines: Sequence[PricedLine],
    held: Collection[HeldCoupon],
    at: datetime,
    *,
    currency: str,
    least: int,
) -> Discounts:
    """`currency` is that of the lines: a coupon of another one takes off nothing. `least` is what
    each seller's part costs at the least, so that a payment provider can charge it.
    """
    found = [
        _apply(lines, each, at, least)
        if each.coupon.currency == currency
        else PassedOver(each, Passed.OTHER_CURRENCY)
        for each in held
    ]
    applied: list[Applied] = []
    passed = [each for each in found if isinstance(each, PassedOver)]
    seen = set()
    for each in sorted((each for each in found if isinstance(each, Applied)), key=_rank):
        merchant = each.held.coupon.merchant_id
        if merchant in seen:
            passed.append(PassedOver(each.held, Passed.BETTER))
        else:
            seen.add(merchant)
            applied.append(each)
    return Discounts(tuple(applied), tuple(passed))


def _rank(applied: Applied) -> tuple[int, datetime, int]:
    claim = applied.held.claim
    return -applied.amount, claim.until, claim.id.int


def _apply(
    lines: Sequence[PricedLine], held: HeldCoupon, at: datetime, least: int
) -> Applied | PassedOver:
    if not is_usable(held, at):
        return PassedOver(held, Passed.ENDED)
    coupon = held.coupon
    own = {place: line for place, line in enumerate(lines) if _is_for(coupon, line)}
    goods = {place: line for place, line in own.items() if not line.fixed}
    if not goods:
        return PassedOver(held, Passed.DROP if own else Passed.OTHER_GOODS)
    price = sum(line.full for line in goods.values())
    if price < coupon.minimum:
        return PassedOver(held, Passed.MINIMUM, coupon.minimum - price)
    of_seller = sum(line.full for line in lines if line.merchant_id == coupon.merchant_id)
    rooms = {place: _room(coupon, line) for place, line in goods.items()}
    amount = min(_wanted(coupon, price), sum(rooms.values()), max(of_seller - least, 0))
    if amount <= 0:
        return PassedOver(held, Passed.FLOOR)
    return Applied(held, amount, spread(amount, rooms))


def is_usable(held: HeldCoupon, at: datetime) -> bool:
    """Whether it may be taken off a purchase at this moment."""
    if held.coupon.state not in (CouponState.OPEN, CouponState.CLOSED):
        return False
    return held.claim.state in _USABLE and at < held.claim.until


def _is_for(coupon: Coupon, line: PricedLine) -> bool:
    chosen = not coupon.product_ids or line.product_id in coupon.product_ids
    return chosen and line.merchant_id == coupon.merchant_id


def _wanted(coupon: Coupon, price: int) -> int:
    """A percentage is rounded half up."""
    if coupon.kind is CouponKind.AMOUNT:
        return coupon.value
    return (2 * price * coupon.value + WHOLE) // (2 * WHOLE)


def _room(coupon: Coupon, line: PricedLine) -> int:
    """What may be taken off a line: down to the seller's floor, and each piece costs something."""
    floor = -(-line.full * coupon.floor // WHOLE)
    return max(line.full - max(floor, line.quantity), 0)


def spread(amount: int, rooms: dict[int, int]) -> dict[int, int]:
    """Shares that sum to `amount`, in proportion to the rooms and within them: each rounded down,
    what is left goes to the largest remainders, of equal ones to the first lines.
    """
    whole = sum(rooms.values())
    shares = {place: amount * room // whole for place, room in rooms.items()}
    left = amount - sum(shares.values())
    by_remainder = sorted(rooms, key=lambda place: (-(amount * rooms[place] % whole), place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return {place: share for place, share in shares.items() if share}
