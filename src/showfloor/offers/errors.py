"""Refusals of `offers`. After each of them nothing is held that was not held before."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class DropNotFound(AppError):
    code = "drop_not_found"
    status = 404


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
