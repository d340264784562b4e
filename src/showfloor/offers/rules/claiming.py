"""Who may claim a coupon, and until when it is good."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from showfloor.kit import tokens
from showfloor.kit.retention import kept_for
from showfloor.offers.errors import (
    CouponEnded,
    CouponNotForYouYet,
    CouponNotOpen,
    CouponTokenInvalid,
)
from showfloor.offers.types import Coupon, CouponState

LONGEST = kept_for("coupon")
"""From its start to its end, after which nobody is known by a claim any more."""


def ends_at(coupon: Coupon, start: datetime) -> datetime:
    """When a coupon ends that is opened now."""
    if coupon.valid_until is not None:
        return coupon.valid_until
    assert coupon.valid_s is not None
    return start + timedelta(seconds=coupon.valid_s)


def good_until(coupon: Coupon, claimed_at: datetime) -> datetime:
    """When a claim of this moment lapses."""
    assert coupon.ends_at is not None
    if coupon.keep_s is None:
        return coupon.ends_at
    return min(coupon.ends_at, claimed_at + timedelta(seconds=coupon.keep_s))


def check_open(coupon: Coupon, at: datetime) -> None:
    """Raises CouponNotOpen, CouponEnded."""
    if coupon.state is CouponState.PLANNED:
        raise CouponNotOpen
    if coupon.state is not CouponState.OPEN or is_over(coupon, at):
        raise CouponEnded


def is_over(coupon: Coupon, at: datetime) -> bool:
    return coupon.ends_at is not None and at >= coupon.ends_at


def check_person(coupon: Coupon, *, is_signed_in: bool, follows: bool) -> None:
    """Raises CouponNotForYouYet."""
    if not coupon.followers or follows:
        return
    raise CouponNotForYouYet(extra={"needs": "follow" if is_signed_in else "sign_in"})


_TOKEN = b"coupon claim"


def claim_token(secret: bytes, claim_id: UUID) -> str:
    """Whoever shows it may use the claim."""
    return tokens.sign_id(secret, _TOKEN, claim_id)


def claim_of_token(secret: bytes, token: str) -> UUID:
    """Raises CouponTokenInvalid."""
    claim_id = tokens.id_of(secret, _TOKEN, token)
    if claim_id is None:
        raise CouponTokenInvalid
    return claim_id
