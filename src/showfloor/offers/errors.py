"""Refusals of `offers`. After each of them nothing is held that was not held before."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class DropNotFound(AppError):
    code = "drop_not_found"
    status = 404


class TooManyPlanned(AppError):
    """As many drops, or coupons, of the show wait to be opened as may (`rules/policy.py`)."""

    code = "too_many_planned"
    status = 409


class DropStateConflict(AppError):
    """This cannot happen to a drop in its state: it was announced, has ended, or was cancelled."""

    code = "drop_state_conflict"
    status = 409


class DropRunning(AppError):
    """Another drop of the show is announced or open."""

    code = "drop_running"
    status = 409


class DropShort(AppError):
    """Fewer pieces are free than the drop has; `extra["available"]` says how many."""

    code = "drop_short"
    status = 409


class DropPriceHigher(AppError):
    """A drop costs no more than the goods cost without it."""

    code = "drop_price_higher"
    status = 409


class DropNotAgreed(AppError):
    """The price is lower than the seller's, who has not agreed to it."""

    code = "drop_not_agreed"
    status = 409


class DropLogNotReady(AppError):
    """The log is published when it is complete."""

    code = "drop_log_not_ready"
    status = 409


class DropNotOpen(AppError):
    """It has not opened yet."""

    code = "drop_not_open"
    status = 409


class DropClosed(AppError):
    """It is over, or pieces of it are not there any more."""

    code = "drop_closed"
    status = 409


class DropSoldOut(AppError):
    """Nothing is free right now; a hold that is not paid gives its pieces back."""

    code = "drop_sold_out"
    status = 409


class DropLimitReached(AppError):
    """A person gets so many pieces of a drop, held and bought."""

    code = "drop_limit_reached"
    status = 409


class DropNetworkLimitReached(AppError):
    """One client network gets so many pieces of a drop, held and bought (`rules/policy.py`)."""

    code = "drop_network_limit_reached"
    status = 409


class DropHoldFixed(AppError):
    """What is held of a drop is given back or bought as it is."""

    code = "drop_hold_fixed"
    status = 409


class WaitHoldFixed(AppError):
    """What is held for somebody who waited for it is given back or bought as it is: its time is
    longer than that of other holds, and is for that piece alone.
    """

    code = "wait_hold_fixed"
    status = 409


class CouponNotFound(AppError):
    code = "coupon_not_found"
    status = 404


class CouponStateConflict(AppError):
    """This cannot happen to a coupon in its state: it was opened, has ended, or was cancelled."""

    code = "coupon_state_conflict"
    status = 409


class CouponRunning(AppError):
    """Another coupon of the show can be claimed."""

    code = "coupon_running"
    status = 409


class CouponNotAgreed(AppError):
    """The seller has not agreed to it."""

    code = "coupon_not_agreed"
    status = 409


class CouponInvalid(AppError):
    """It would take off nothing, or more than goods can cost; or it has ended before it begins."""

    code = "coupon_invalid"
    status = 409


class CouponNotOpen(AppError):
    """It cannot be claimed yet."""

    code = "coupon_not_open"
    status = 409


class CouponEnded(AppError):
    """It cannot be claimed, or used, any more."""

    code = "coupon_ended"
    status = 409


class CouponUsedUp(AppError):
    """All are claimed; one that is not used in time is free again."""

    code = "coupon_used_up"
    status = 409


class CouponNotForYouYet(AppError):
    """It is for people who follow the host; `extra["needs"]` is `sign_in` or `follow`."""

    code = "coupon_not_for_you_yet"
    status = 409


class CouponLimitReached(AppError):
    """This person has used it as often as one may."""

    code = "coupon_limit_reached"
    status = 409


class CouponNetworkLimit(AppError):
    """So many were claimed from one network that the others are kept for everybody else."""

    code = "coupon_network_limit"
    status = 409


class CouponFirstOrderOnly(AppError):
    """It is for a first order from this seller, and there was one before."""

    code = "coupon_first_order_only"
    status = 409


class CouponGone(AppError):
    """A coupon in the sum can no longer be used: it has ended, was used in another purchase, or as
    often as one person may. Nothing was charged.
    """

    code = "coupon_gone"
    status = 409


class CouponTokenInvalid(AppError):
    """No claim of ours."""

    code = "coupon_token_invalid"
    status = 422


class WaitNotFound(AppError):
    """This place in line is nobody's, somebody else's, or over."""

    code = "wait_not_found"
    status = 404


class WaitingListNotFound(AppError):
    code = "waiting_list_not_found"
    status = 404


class NothingSoldNow(AppError):
    """The show sells nothing: it has not begun, or is over and cannot be watched again."""

    code = "nothing_sold_now"
    status = 409


class StillInStock(AppError):
    """There is a piece to buy now; `extra["available"]` says how many."""

    code = "still_in_stock"
    status = 409


class WaitHeld(AppError):
    """A piece from this list is held for this person, or they bought one."""

    code = "wait_held"
    status = 409


class WaitPaying(AppError):
    """A payment for what is held for this person is under way: nobody takes the goods from it."""

    code = "wait_paying"
    status = 409


class TooManyWaits(AppError):
    """As many places as one account may have; `extra["most"]` says how many."""

    code = "too_many_waits"
    status = 409


class WaitingListFull(AppError):
    code = "waiting_list_full"
    status = 409
