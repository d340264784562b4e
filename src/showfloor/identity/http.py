"""Who is asking: session cookie with CSRF header, or Bearer API key. And the sign-in routes.

Other modules' routes use `CurrentPerson` and `OptionalPerson`.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from showfloor.identity import service
from showfloor.identity.errors import (
    AdultDeclarationRequired,
    CsrfFailed,
    NotAuthenticated,
    SignInFailed,
    TooManyAttempts,
)
from showfloor.identity.rules import csrf_of, normalise_email
from showfloor.identity.schemas import PersonOut, SessionOut, SignIn
from showfloor.identity.types import CollectionPoint, Person
from showfloor.kit import ids
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals

router = APIRouter(prefix="/api/v1", tags=["session"])
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
API_KEY = HTTPBearer(
    scheme_name="ApiKey",
    auto_error=False,
    description=(
        "A person's API key, `sf_…`. The studio's pages have a cookie instead, and send "
        "`X-CSRF-Token` with every change."
    ),
)
_attempts = MovingWindowRateLimiter(MemoryStorage())
# Each attempt costs an argon2 run, so one client gets a bounded number of them whatever it types;
# and guesses at one account are bounded from one client, and more generously from all together, so
# that a stranger cannot lock a host out before a show.
_BY_CLIENT = RateLimitItemPerMinute(60, namespace="client")
_GUESSES_BY_CLIENT = RateLimitItemPerMinute(10, namespace="guess")
_GUESSES = RateLimitItemPerMinute(60, namespace="guesses")


def cookie_name(request: Request) -> str:
    """`__Host-` binds the cookie to this very origin, but browsers accept the prefix over HTTPS
    only (RFC 6265bis §4.1.3.2).
    """
    return "__Host-showfloor" if request.app.state.settings.secure else "showfloor"


async def get_optional_person(
    request: Request,
    session: SessionDep,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(API_KEY)],
) -> Person | None:
    """The caller, or None for a visitor. Raises CsrfFailed for a change made with the cookie
    alone.
    """
    if given is not None and given.credentials.startswith("sf_"):
        return await service.person_of_api_key(session, given.credentials)
    cookie = request.cookies.get(cookie_name(request))
    if cookie is None:
        return None
    person = await service.person_of_session(session, cookie)
    if person is not None and request.method not in SAFE_METHODS:
        _check_csrf(request, cookie)
    return person


def _check_csrf(request: Request, cookie: str) -> None:
    if not secrets.compare_digest(
        request.headers.get("x-csrf-token", "").encode(), csrf_of(cookie).encode()
    ):
        raise CsrfFailed


OptionalPerson = Annotated[Person | None, Depends(get_optional_person)]


async def get_person(person: OptionalPerson) -> Person:
    if person is None:
        raise NotAuthenticated
    return person


CurrentPerson = Annotated[Person, Depends(get_person)]


def _session_out(person: Person, csrf: str) -> SessionOut:
    return SessionOut(
        person=PersonOut(id=ids.encode("per", person.id), name=person.name),
        csrf=csrf,
        merchants=sorted(ids.encode("mer", merchant) for merchant in person.merchant_ids),
        creator=ids.encode("cre", person.creator_id) if person.creator_id else None,
        operator=person.is_operator,
    )


@router.post(
    "/session", responses=refusals(AdultDeclarationRequired, SignInFailed, TooManyAttempts)
)
async def sign_in(
    body: SignIn, request: Request, response: Response, database: DatabaseDep
) -> SessionOut:
    """Sign in to the studio."""
    admission = service.admit(CollectionPoint.STUDIO_SIGN_IN, adult=body.adult)
    client = request.client.host if request.client else ""
    account = ids.digest(normalise_email(body.email)).hex()
    if not await _attempts.hit(_BY_CLIENT, client):
        raise TooManyAttempts
    if not (
        await _attempts.test(_GUESSES_BY_CLIENT, account, client)
        and await _attempts.test(_GUESSES, account)
    ):
        raise TooManyAttempts
    try:
        signed_in = await service.sign_in(
            database, admission=admission, email=body.email, password=body.password
        )
    except SignInFailed:
        await _attempts.hit(_GUESSES_BY_CLIENT, account, client)
        await _attempts.hit(_GUESSES, account)
        raise
    response.set_cookie(
        cookie_name(request),
        signed_in.token,
        expires=signed_in.expires_at,
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure,
    )
    return _session_out(signed_in.person, signed_in.csrf)


@router.get("/session", responses=refusals(NotAuthenticated))
async def current_session(request: Request, person: CurrentPerson) -> SessionOut:
    """Who is signed in, and the CSRF token for changes."""
    return _session_out(person, csrf_of(request.cookies.get(cookie_name(request), "")))


@router.delete("/session", status_code=204, responses=refusals(CsrfFailed))
async def sign_out(
    request: Request, response: Response, session: SessionDep, person: OptionalPerson
) -> None:
    """Sign out; signing out twice is fine."""
    if token := request.cookies.get(cookie_name(request)):
        await service.sign_out(session, token=token)
    response.delete_cookie(
        cookie_name(request),
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure,
    )
