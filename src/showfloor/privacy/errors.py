"""Refusals of `privacy`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class TooManyOpenRequests(AppError):
    """Those that were asked are answered first."""

    code = "too_many_open_requests"
    status = 409


class RequestNotFound(AppError):
    """Also for an erasure, which ends by itself and not by a person's word."""

    code = "request_not_found"
    status = 404
