"""Refusals of `viewers`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class SignInCodeWrong(AppError):
    """Not the code of the mail; a few more tries are left."""

    code = "sign_in_code_wrong"
    status = 401


class TooManyReminders(AppError):
    """So many hosts are followed, or shows waited for, that one more is refused."""

    code = "too_many_reminders"
    status = 409


class TooManyAddresses(AppError):
    """So many addresses are kept that one more is refused."""

    code = "too_many_addresses"
    status = 409


class AddressNotFound(AppError):
    """No such address is kept in this account."""

    code = "address_not_found"
    status = 404


class ReminderNotFound(AppError):
    """The link of a mail about a show is of no use any more, or never was."""

    code = "reminder_not_found"
    status = 404


class SignInOver(AppError):
    """The link or the code was used, is too old, or was tried too often: another mail is needed."""

    code = "sign_in_over"
    status = 410
