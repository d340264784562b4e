"""Refusals of `ledger`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class AccountNotFound(AppError):
    """No account of this person's."""

    code = "account_not_found"
    status = 404


class PeriodInvalid(AppError):
    """Not a month."""

    code = "period_invalid"
    status = 422
