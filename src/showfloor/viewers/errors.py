"""Refusals of `viewers`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class SignInCodeWrong(AppError):
    """Not the code of the mail; a few more tries are left."""

    code = "sign_in_code_wrong"
    status = 401


class SignInOver(AppError):
    """The link or the code was used, is too old, or was tried too often: another mail is needed."""

    code = "sign_in_over"
    status = 410
