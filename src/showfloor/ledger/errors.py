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


class AgreementNotFound(AppError):
    """None of this person's."""

    code = "agreement_not_found"
    status = 404


class AgreementOver(AppError):
    """It was agreed, declined or taken back before."""

    code = "agreement_over"
    status = 409


class AwaitsOtherSide(AppError):
    """Nobody agrees to what they proposed themselves."""

    code = "awaits_other_side"
    status = 409


class PartnerNotFound(AppError):
    """The merchant does not let this creator show its products, or the product is not its own."""

    code = "partner_not_found"
    status = 404
