"""Refusals of `merchants`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class MerchantNotFound(AppError):
    code = "merchant_not_found"
    status = 404


class MerchantTaken(AppError):
    """Another merchant has this short name."""

    code = "merchant_taken"
    status = 409


class CreatorNotFound(AppError):
    code = "creator_not_found"
    status = 404


class CodeTaken(AppError):
    """A creator has this code, or had it: what is on a page somewhere leads to nobody else."""

    code = "code_taken"
    status = 409


class CodeUnknown(AppError):
    """No creator has this code."""

    code = "code_unknown"
    status = 422


class CodeInvalid(AppError):
    """Not three to twenty Latin letters and digits."""

    code = "code_invalid"
    status = 422


class CodeNotFound(AppError):
    """Not one of the own creator's that leads to them."""

    code = "code_not_found"
    status = 404


class TooManyCodes(AppError):
    """A creator's codes are counted, those that ended too."""

    code = "too_many_codes"
    status = 409


class TooManyOrigins(AppError):
    """A browser gets all origins of a show in one header field, which proxies bound."""

    code = "too_many_origins"
    status = 409


class TermsInvalid(AppError):
    """Each language has either words or the address of a page (https); `extra["fields"]` says
    which has not.
    """

    code = "terms_invalid"
    status = 422


class TermsNotFound(AppError):
    code = "terms_not_found"
    status = 404


class OriginInvalid(AppError):
    """An origin is scheme, host and port, nothing more (RFC 6454 §4); https, or http on loopback
    names for trying things out.
    """

    code = "origin_invalid"
    status = 422
