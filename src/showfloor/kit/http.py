"""What every route of `web` shares: the transaction, and refusals as answers.

Imported only where HTTP is spoken (`*/http.py`, `web`, `embed`, `app`); services never see a
request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from showfloor.kit import idempotency
from showfloor.kit.answers import bearer, language, problem
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import AppError, MethodNotAllowed, NotFound, ValidationFailed
from showfloor.kit.network import client_network


# Dependencies are coroutines even when they wait for nothing: FastAPI runs plain functions in a
# thread, which costs more than what they do.
async def get_database(request: Request) -> Database:
    return database_of(request)


def database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def get_session(request: Request) -> AsyncIterator[Session]:
    """One transaction a request, committed before the answer leaves: `scope="function"` below is
    what makes it so.

    FastAPI's default scope ends the dependency after the response (measured in
    tests/architecture/test_commit_order.py).
    """
    async with database_of(request).session() as session:
        yield session


DatabaseDep = Annotated[Database, Depends(get_database)]
SessionDep = Annotated[Session, Depends(get_session, scope="function")]


async def on_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return problem(error, language(request))


async def on_validation_error(request: Request, error: Exception) -> Response:
    """Malformed payloads only; says where, never repeats what was sent (it may be personal)."""
    assert isinstance(error, RequestValidationError)
    fields = [
        {"path": "/".join(str(part) for part in item["loc"]), "problem": item["type"]}
        for item in error.errors()
    ]
    return problem(ValidationFailed(extra={"fields": fields}), language(request))


def refusal_of(error: HTTPException) -> AppError:
    """The framework's own refusals as ours: no such address, no such method, a body that is not
    even text.
    """
    if error.status_code == 405:
        return MethodNotAllowed()
    if error.status_code == 400:
        return ValidationFailed(extra={"fields": [{"path": "body", "problem": "unreadable"}]})
    return NotFound() if error.status_code == 404 else AppError()


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Keeps the framework's header fields: a 405 must have Allow (RFC 9110 §15.5.6)."""
    assert isinstance(error, HTTPException)
    answer = problem(refusal_of(error), language(request))
    answer.headers.update(error.headers or {})
    return answer


def network_of(request: Request) -> str:
    """What limits of this request's sender count by; nobody can invent it."""
    return client_network(request.client.host if request.client else "")


def key_of(request: Request) -> str:
    """The Idempotency-Key. Raises IdempotencyKeyRequired."""
    return idempotency.check_key(request.headers.get("idempotency-key"))


async def get_key(request: Request) -> str:
    return key_of(request)


KeyDep = Annotated[str, Depends(get_key)]
"""The Idempotency-Key; `kit.openapi.KEY_HEADER` describes it."""


async def get_bearer(authorization: Annotated[str | None, Header()] = None) -> str | None:
    return bearer(authorization)


BearerDep = Annotated[str | None, Depends(get_bearer)]
