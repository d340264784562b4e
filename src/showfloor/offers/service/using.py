"""A claimed coupon is taken off a purchase. It is nobody else's from the moment at which paying
begins, used with the sale, and the claimant's again where no money came.

Locks: checkout, payment, the lines of a hold, then the coupon, then the claim.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from showfloor.kit.db import Connection
from showfloor.offers.errors import CouponGone
from showfloor.offers.queries import coupons as queries
from showfloor.offers.rules import pricing, running
from showfloor.offers.types import ClaimState, Discounts, HeldCoupon, PricedLine


async def find_held(
    connection: Connection, claim_ids: Collection[UUID]
) -> tuple[list[HeldCoupon], datetime | None]:
    """Claims with their coupons, and the moment by which they are judged."""
    return await queries.held(connection, claim_ids)


def find_discounts(
    lines: Sequence[PricedLine],
    held: Collection[HeldCoupon],
    at: datetime | None,
    *,
    currency: str,
    least: int,
) -> Discounts:
    """What these claims take off a purchase, and why the others take off nothing."""
    if at is None:
        return Discounts()
    return pricing.find_discounts(lines, held, at, currency=currency, least=least)


async def note_buyer(connection: Connection, held: HeldCoupon, email: str) -> None:
    """Whoever has used it as often as one may under this address may not again: said before
    anything is paid. Raises CouponGone.
    """
    coupon = held.coupon
    if coupon.salt is None:
        raise CouponGone
    person = running.pseudonym(coupon.salt, b"email:" + email.strip().lower().encode())
    queries.note_buyer(connection, held.claim.id, person)
    if await queries.uses_of_buyer(connection, held.claim.id) >= coupon.per_person:
        raise CouponGone


async def begin_use(
    connection: Connection, claim_ids: Collection[UUID], *, checkout_id: UUID, payment_id: UUID
) -> None:
    """A payment begins with these claims: from now on no other purchase gets them. Raises
    CouponGone.
    """
    held, at = await queries.lock_held(connection, claim_ids)
    if at is None or len(held) < len(set(claim_ids)):
        raise CouponGone
    for each in held:
        await _check_use(connection, each, at, checkout_id)
    queries.begin_use(connection, claim_ids, checkout_id, payment_id)


async def _check_use(
    connection: Connection, held: HeldCoupon, at: datetime, checkout_id: UUID
) -> None:
    is_own = held.claim.state is ClaimState.CLAIMED or held.claim.checkout_id == checkout_id
    if not pricing.is_usable(held, at) or not is_own:
        raise CouponGone
    # Under the coupon's lock, so that one address does not pay twice at one moment.
    if await queries.uses_of_buyer(connection, held.claim.id) >= held.coupon.per_person:
        raise CouponGone


async def note_used(connection: Connection, payment_id: UUID, claims: int) -> None:
    """The purchase is paid."""
    used = await queries.end_use(connection, payment_id, ClaimState.USED)
    assert used == claims, "a payment keeps its claims until it ends"


async def give_back(connection: Connection, payment_id: UUID) -> None:
    """The payment came to nothing: they may be used for another."""
    await queries.end_use(connection, payment_id, ClaimState.CLAIMED)
