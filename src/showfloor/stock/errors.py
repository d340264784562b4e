"""Refusals of `stock`. After each of them nothing is held that was not held before."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class SoldOut(AppError):
    """`extra["lines"]` lists {"sku", "available"} of the lines that fall short."""

    code = "sold_out"
    status = 409


class AlreadyHeld(AppError):
    """The goods are short because this very buyer holds them. `extra["hold_id"]` names that
    hold.
    """

    code = "already_held"
    status = 409


class NetworkLimitReached(AppError):
    """Too many pieces are held, or were held and not paid lately, from one client network.

    `extra["lines"]` lists {"sku", "available"}: how many it may still hold.
    """

    code = "network_limit_reached"
    status = 409


class LimitReached(AppError):
    """Too many pieces for one buyer, or too many open holds of one guest in one show."""

    code = "limit_reached"
    status = 409


class HoldExpired(AppError):
    """The goods went back to everybody."""

    code = "hold_expired"
    status = 409


class HoldSettled(AppError):
    """The goods are sold; giving them back is a refund."""

    code = "already_paid"
    status = 409


class HoldTokenInvalid(AppError):
    code = "hold_token_invalid"
    status = 401


class StockCommitted(AppError):
    """Fewer on hand than are held or sold."""

    code = "stock_committed"
    status = 409


class StockVersionOld(AppError):
    """The count was said from an older state: something was sold or counted since."""

    code = "stock_version_old"
    status = 409


class ReferenceUsed(AppError):
    """Another quantity was reported under this reference."""

    code = "reference_used"
    status = 409


class LeaseTooLarge(AppError):
    """Fewer pieces are free than are to be kept."""

    code = "lease_too_large"
    status = 409
