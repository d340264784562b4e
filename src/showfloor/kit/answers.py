"""How a refusal is said by HTTP, in the reader's language. For every process that speaks HTTP with
Starlette; imports no database.
"""

from __future__ import annotations

from http import HTTPStatus

from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import JSONResponse

from showfloor.kit import messages
from showfloor.kit.errors import AppError

PROBLEM = "application/problem+json"


def language(request: Request) -> str:
    """The reader's language: `?lang=`, then the cookie, then Accept-Language, then English."""
    accepted = request.headers.get("accept-language")
    return chosen_language(request) or messages.choose_language(accepted)


def chosen_language(request: Request) -> str | None:
    """What the reader chose on one of our pages: by `?lang=`, or before, which the cookie keeps."""
    for chosen in (request.query_params.get("lang"), request.cookies.get("lang")):
        if (known := messages.match_language(chosen)) is not None:
            return known
    return None


def problem(error: AppError, lang: str) -> JSONResponse:
    """RFC 9457 problem details; `code` is stable, `detail` is for people and says what to do."""
    body = {
        "type": f"https://showfloor.example/problems/{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": messages.translate(lang, f"error.{error.code}", **error.params),
        **error.extra,
    }
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    headers |= error.headers
    return JSONResponse(to_jsonable_python(body), error.status, headers, media_type=PROBLEM)


def bearer(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750 §2.1), or None."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
