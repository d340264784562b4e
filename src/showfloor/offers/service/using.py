"""A claimed coupon is taken off a purchase. It is nobody else's from the moment at which paying
begins, used with the sale, and the claimant's again where no money came.

Locks: checkout, payment, the lines of a hold, then the coupons by their ids, then the claims by
theirs. Who gives their details at the checkout is only looked up, so that nobody has a claim who
has not locked the checkout; who ends a payment locks its claims alone, and nothing after them that
others lock before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.db import Connection
from showfloor.offers.errors import CouponFirstOrderOnly, CouponGone
from showfloor.offers.queries import uses as queries
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


@dataclass(frozen=True, slots=True)
class Use:
    """A payment of a purchase, and who pays: under an address, and signed in or not."""

    checkout_id: UUID
    payment_id: UUID
    email: str
    viewer_id: UUID | None


def _buyer(salt: bytes, email: str) -> str:
    return running.pseudonym(salt, b"email:" + email.strip().lower().encode())


async def check_buyer(connection: Connection, held: HeldCoupon, email: str) -> None:
    """Whoever has used it as often as one may under this address may not again: said before
    anything is paid, and decided when paying begins. Raises CouponGone.
    """
    coupon = held.coupon
    if coupon.salt is None:
        raise CouponGone
    buyer = _buyer(coupon.salt, email)
    if await queries.uses_of_buyer(connection, held.claim, buyer) >= coupon.per_person:
        raise CouponGone


async def begin_use(
    connection: Connection, claim_ids: Collection[UUID], use: Use
) -> list[HeldCoupon]:
    """A payment begins with these claims: from now on no other purchase gets them. They come back
    with their coupons locked, and so is each other coupon for a first order from their sellers.
    Raises CouponGone, CouponFirstOrderOnly.
    """
    held, at = await queries.lock_held(connection, claim_ids)
    if at is None or len(held) < len(set(claim_ids)):
        raise CouponGone
    for each in held:
        await _check_use(connection, each, at, use)
    queries.begin_use(connection, claim_ids, use.checkout_id, use.payment_id)
    return held


async def _check_use(connection: Connection, held: HeldCoupon, at: datetime, use: Use) -> None:
    is_own = held.claim.state is ClaimState.CLAIMED or held.claim.checkout_id == use.checkout_id
    if not pricing.is_usable(held, at) or not is_own or held.coupon.salt is None:
        raise CouponGone
    # Under the coupon's lock, so that one address does not pay twice at one moment. Noted here as
    # well: two checkouts may have been given one claim, under two addresses.
    await check_buyer(connection, held, use.email)
    queries.note_buyer(connection, held.claim.id, _buyer(held.coupon.salt, use.email))
    if held.coupon.first_order:
        await _check_no_other_first(connection, held.coupon.merchant_id, use)


async def _check_no_other_first(connection: Connection, merchant_id: UUID, use: Use) -> None:
    """Nobody pays two first orders at one moment. Raises CouponFirstOrderOnly."""
    people = []
    for salt in await queries.first_order_salts(connection, merchant_id):
        people.append(_buyer(salt, use.email))
        if use.viewer_id is not None:
            people.append(running.pseudonym(salt, running.person_key(use.viewer_id, b"")))
    if await queries.is_first_order_begun(connection, merchant_id, people, use.checkout_id):
        raise CouponFirstOrderOnly


async def note_used(connection: Connection, payment_id: UUID, claims: int) -> None:
    """The purchase is paid.

    A payment that can still succeed has its claims: the checkout has one such payment at a time
    (`BLOCKING` of checkout, and the unique index), and neither its lines nor its coupons change
    while it has one. A payment that was given up, also by the buyer who took another card, gave its
    claims back or left them to the one that took its place; money that comes for it later is given
    back and never sold for (`rules.advance`). Nothing else changes a claim that is being paid with.
    """
    used = await queries.end_use(connection, payment_id, ClaimState.USED)
    assert used == claims, "a payment keeps its claims until it ends"


async def give_back(connection: Connection, payment_id: UUID) -> None:
    """The payment came to nothing: they may be used for another."""
    await queries.end_use(connection, payment_id, ClaimState.CLAIMED)
