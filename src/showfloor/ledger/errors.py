"""Refusals of `ledger`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class AccountNotFound(AppError):
    """No account of this person's."""

    code = "account_not_found"
    status = 404


class PeriodInvalid(AppError):
    """Not a month, or one that has not begun."""

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


class NotInForce(AppError):
    """It was not agreed, or something else is in force since."""

    code = "agreement_not_in_force"
    status = 409


class AwaitsOtherSide(AppError):
    """Nobody agrees to what they proposed themselves."""

    code = "awaits_other_side"
    status = 409


class PartnerNotFound(AppError):
    """The merchant does not let this creator show its products, or the product is not its own."""

    code = "partner_not_found"
    status = 404


class BatchNotFound(AppError):
    """No batch of payouts."""

    code = "batch_not_found"
    status = 404


class PayoutNotFound(AppError):
    """No payout."""

    code = "payout_not_found"
    status = 404


class BatchWaits(AppError):
    """A batch in this currency waits to be approved."""

    code = "batch_waits"
    status = 409


class NothingPayable(AppError):
    """Nobody has anything payable in this currency."""

    code = "nothing_payable"
    status = 409


class NeedsAnotherPerson(AppError):
    """Whoever computed a batch does not approve it."""

    code = "needs_another_person"
    status = 409


class PayoutStepInvalid(AppError):
    """It is not where this step begins."""

    code = "payout_step_invalid"
    status = 409


class PayoutStale(AppError):
    """Somebody has less by now than the batch would pay."""

    code = "payout_stale"
    status = 409


class HoldOver(AppError):
    """There is no such hold, or it has ended."""

    code = "payout_hold_over"
    status = 409


class PayeeMissing(AppError):
    """Nothing says where the money of some accounts goes; `accounts` are these."""

    code = "payee_missing"
    status = 422


class PayeeTwice(AppError):
    """More than one row says where an account's money goes; `accounts` are these."""

    code = "payee_twice"
    status = 422


class IbanInvalid(AppError):
    """`iban` is none."""

    code = "iban_invalid"
    status = 422


class SepaNeedsEuro(AppError):
    """SEPA pays in euro alone."""

    code = "sepa_needs_euro"
    status = 422


class ChargebackInvalid(AppError):
    """More than the order cost, or in another currency."""

    code = "chargeback_invalid"
    status = 422


class NothingWithdrawn(AppError):
    """The books know of no withdrawal from this order."""

    code = "nothing_withdrawn"
    status = 409
