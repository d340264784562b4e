"""Refusals. One class each, with a stable code; rendered once, as RFC 9457 problem+json or as a
page.

The words a person reads stand in `kit/messages/*/error.json` under `error.<code>` and say what to
do next.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

_OURS = str(Path(__file__).parents[1])


class AppError(Exception):
    """A refusal that a caller can act on.

    `params` fill the message, `extra` are further members of the problem (RFC 9457 §3.2), as
    `kit.schemas.Problem` describes them.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    implies: ClassVar[tuple[type[AppError], ...]] = ()
    """Whoever may refuse with this may refuse with these, too (the API's description)."""
    retry_after: int | None = None
    """Seconds, sent as Retry-After (RFC 9110 §10.2.3)."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Further header fields of the answer."""

    def __init__(self, *, extra: Mapping[str, object] | None = None, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params
        self.extra = extra or {}


class NotFound(AppError):
    code = "not_found"
    status = 404


class MethodNotAllowed(AppError):
    """The address exists, the method does not; the answer's Allow names those that do."""

    code = "method_not_allowed"
    status = 405


class RateLimited(AppError):
    """Too many calls of one caller in a minute."""

    code = "rate_limited"
    status = 429
    retry_after = 60


class PayloadTooLarge(AppError):
    """`most` in bytes."""

    code = "payload_too_large"
    status = 413


class RequestTimeout(AppError):
    """The body did not arrive in time."""

    code = "request_timeout"
    status = 408


class HostUnknown(AppError):
    """The request names another host than ours (RFC 9110 §7.4)."""

    code = "host_unknown"
    status = 400


class Busy(AppError):
    """The database is locked or out of connections; nothing was done."""

    code = "busy"
    status = 503
    retry_after = 1


class ValidationFailed(AppError):
    """The payload is malformed. `extra["fields"]` lists {"path", "problem"}."""

    code = "validation_failed"
    status = 422


class IdempotencyKeyRequired(AppError):
    code = "idempotency_key_required"
    status = 400


class IdempotencyConflict(AppError):
    """The key was used before with another body."""

    code = "idempotency_conflict"
    status = 409


def where_raised(error: BaseException) -> str:
    """`KeyError at shows/queries.py:41`: what may be stored of a failure, for its text
    could quote somebody's data.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_OURS)]
    if not ours:
        return type(error).__name__
    file = ours[-1].filename.removeprefix(f"{_OURS}/")
    return f"{type(error).__name__} at {file}:{ours[-1].lineno}"
