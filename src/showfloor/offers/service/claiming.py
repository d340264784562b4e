"""Somebody claims a coupon. Locks: the coupon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from showfloor.kit import clock, ids
from showfloor.kit.db import Connection, Database, Session
from showfloor.offers.errors import (
    CouponLimitReached,
    CouponNetworkLimit,
    CouponNotFound,
    CouponUsedUp,
)
from showfloor.offers.queries import coupons as queries
from showfloor.offers.queries.coupons import LockedCoupon
from showfloor.offers.rules import claiming, policy, running
from showfloor.offers.types import Claim, ClaimState, Coupon, CouponState, HeldCoupon
from showfloor.shows import service as shows
from showfloor.viewers import service as viewers
from showfloor.viewers.types import Viewer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: the account if they are signed in, else the browser, by the digest of the key
    that it made for itself. `client` is the digest of their network.
    """

    viewer: Viewer | None
    key: str
    client: bytes | None

    @property
    def person(self) -> bytes:
        return running.person_key(self.viewer.id if self.viewer else None, ids.digest(self.key))


async def follows_host(session: Session, coupon_id: UUID, viewer: Viewer | None) -> bool:
    """Whether somebody follows the host of a coupon's show. Raises CouponNotFound."""
    coupon = await queries.coupon(session, coupon_id)
    if coupon is None or coupon.opened_at is None:
        raise CouponNotFound
    if viewer is None or not coupon.followers:
        return False
    show = await shows.get_show(session, coupon.show_id)
    return await viewers.is_following(session, viewer.id, show.host_creator_id)


async def claim_coupon(
    connection: Connection, coupon_id: UUID, claimant: Claimant, *, follows: bool
) -> HeldCoupon:
    """One place of the quota is this person's until their claim lapses. Who has one that is not
    used gets the same again.

    Raises CouponNotFound, CouponNotOpen, CouponEnded, CouponNotForYouYet, CouponUsedUp,
    CouponLimitReached, CouponNetworkLimit; then nothing has changed.
    """
    locked = await queries.lock_coupon(connection, coupon_id)
    if locked is None or locked.coupon.state is CouponState.CANCELLED:
        raise CouponNotFound
    coupon = locked.coupon
    claiming.check_open(coupon, locked.at)
    claiming.check_person(coupon, is_signed_in=claimant.viewer is not None, follows=follows)
    assert coupon.salt is not None
    person = running.pseudonym(coupon.salt, claimant.person)
    locked = await _lapse_due(connection, locked)
    own = await queries.claims_of_person(connection, coupon.id, person)
    if (unused := next((each for each in own if each.state is not ClaimState.USED), None)) is None:
        await _check_room(connection, locked.coupon, claimant, len(own))
        unused = _add(connection, locked, person, claimant.client)
    return HeldCoupon(unused, locked.coupon)


async def _check_room(
    connection: Connection, coupon: Coupon, claimant: Claimant, used: int
) -> None:
    if used >= coupon.per_person:
        raise CouponLimitReached
    if coupon.taken >= coupon.quota:
        raise CouponUsedUp
    if claimant.client is None:
        return
    room = policy.network_room(coupon.quota, coupon.per_person)
    if await queries.claims_of_network(connection, coupon.id, claimant.client) >= room:
        raise CouponNetworkLimit


def _add(connection: Connection, locked: LockedCoupon, person: str, client: bytes | None) -> Claim:
    coupon, at = locked.coupon, locked.at
    until = claiming.good_until(coupon, at)
    claim = Claim(ids.new(), coupon.id, person, ClaimState.CLAIMED, at, until)
    queries.add_claim(connection, claim, client)
    queries.set_taken(connection, coupon.id, coupon.taken + 1)
    return claim


async def _lapse_due(connection: Connection, locked: LockedCoupon) -> LockedCoupon:
    """What was not used in time is free again."""
    lapsed = await queries.lapse_due(connection, locked.coupon.id)
    if not lapsed:
        return locked
    taken = locked.coupon.taken - lapsed
    queries.set_taken(connection, locked.coupon.id, taken)
    return replace(locked, coupon=replace(locked.coupon, taken=taken))


async def claim_of(session: Session, coupon: Coupon, viewer: Viewer) -> Claim | None:
    """What somebody who is signed in has claimed and not used."""
    if coupon.salt is None:
        return None
    person = running.pseudonym(coupon.salt, running.person_key(viewer.id, b""))
    return await queries.claim_of_person(session, coupon.id, person)


async def end_coupons(database: Database) -> None:
    """Take back what was not used in time of each coupon, and end those that are over. One that
    fails keeps no other from it.
    """
    async with database.session() as session:
        found = await queries.due(session)
    for coupon_id in found:
        try:
            await _end_coupon(database, coupon_id)
        except Exception:
            log.exception("coupon could not be ended", coupon=str(coupon_id))


async def forget_old_claimants(session: Session) -> int:
    """A batch of claims whose coupon is over for certain: who made them is nobody's business any
    more, whatever kept the coupon from ending; how many.
    """
    return await queries.forget_claimants(session, clock.now() - claiming.LONGEST)


async def _end_coupon(database: Database, coupon_id: UUID) -> None:
    async with database.transaction() as connection:
        if (locked := await queries.lock_coupon(connection, coupon_id)) is not None:
            await _lapse_due(connection, locked)
    async with database.session() as session:
        await _finish(session, coupon_id)


async def _finish(session: Session, coupon_id: UUID) -> None:
    """A coupon that is over ends once no payment with it is under way: what was not used lapses,
    and nothing leads from a claim to a person any more.
    """
    coupon = await queries.coupon(session, coupon_id, lock=True)
    now = await queries.database_now(session)
    if coupon is None or not claiming.is_over(coupon, now):
        return
    if await queries.count_paying(session, coupon.id):
        return
    await queries.end_claims(session, coupon.id)
    taken = await queries.count_taken(session, coupon.id)
    ended = replace(coupon, state=CouponState.ENDED, taken=taken, salt=None)
    await queries.save_coupon(session, ended)
