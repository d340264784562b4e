"""Who is asking: session cookie with CSRF header, or Bearer API key. Other modules' routes use
`CurrentPerson` and `OptionalPerson`.
"""

from __future__ import annotations

import secrets
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from showfloor.identity import service
from showfloor.identity.errors import (
    CsrfFailed,
    NotAuthenticated,
    RoleMissing,
    ScopeMissing,
)
from showfloor.identity.rules import (
    SAFE_METHODS,
    csrf_of,
    may_use,
)
from showfloor.identity.types import (
    Action,
    Person,
)
from showfloor.kit.http import DatabaseDep, SessionDep

API_KEY = HTTPBearer(
    scheme_name="ApiKey",
    auto_error=False,
    description=(
        "A person's API key, `sf_…`. The studio's pages have a cookie instead, and send "
        "`X-CSRF-Token` with every change."
    ),
)


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
    """The caller, with those memberships alone whose role may do what the route does; or None for
    a visitor. Raises CsrfFailed for a change made with the cookie alone, ScopeMissing for one made
    with a key that is for something else.
    """
    if given is not None and given.credentials.startswith("sf_"):
        caller = await service.person_of_api_key(session, given.credentials)
        return _in_role(request, _in_scope(request, caller)) if caller else None
    cookie = request.cookies.get(cookie_name(request))
    if cookie is None:
        return None
    person = await service.person_of_session(session, cookie)
    if person is not None and request.method not in SAFE_METHODS:
        _check_csrf(request, cookie)
    return _in_role(request, person) if person else None


def _tag(request: Request) -> str:
    return str(next(iter(getattr(request.scope.get("route"), "tags", None) or []), ""))


def _in_scope(request: Request, person: Person) -> Person:
    if person.scopes is not None and not may_use(person.scopes, _tag(request), request.method):
        raise ScopeMissing
    return person


def _action(request: Request) -> Action | None:
    name = str(getattr(request.scope.get("route"), "name", ""))
    return service.action_of(_tag(request), name, safe=request.method in SAFE_METHODS)


def _in_role(request: Request, person: Person) -> Person:
    if service.is_for_everybody(_tag(request)):
        return person
    return service.limited_to(person, _action(request))


def _check_csrf(request: Request, cookie: str) -> None:
    if not secrets.compare_digest(
        request.headers.get("x-csrf-token", "").encode(), csrf_of(cookie).encode()
    ):
        raise CsrfFailed


async def get_sign_in(
    request: Request,
    session: SessionDep,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(API_KEY)],
) -> UUID:
    """By what the caller is known, a browser's session or a program's key, in the order of
    `get_optional_person`. What is granted on its word ends with it.
    """
    if given is not None and given.credentials.startswith("sf_"):
        found = await service.find_key(session, key=given.credentials)
    else:
        cookie = request.cookies.get(cookie_name(request))
        found = await service.find_session(session, token=cookie) if cookie else None
    if found is None:
        raise NotAuthenticated
    return found


OwnSignIn = Annotated[UUID, Depends(get_sign_in)]
OptionalPerson = Annotated[Person | None, Depends(get_optional_person)]


async def get_person(request: Request, person: OptionalPerson) -> Person:
    """Raises NotAuthenticated, RoleMissing."""
    if person is None:
        raise NotAuthenticated
    if not service.is_for_everybody(_tag(request)) and service.lacks_role(person, _action(request)):
        raise RoleMissing
    return person


CurrentPerson = Annotated[Person, Depends(get_person)]


async def get_caller(
    request: Request,
    database: DatabaseDep,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(API_KEY)],
) -> Person:
    """Who is asking, in a transaction of its own: for routes that read a file, or ask another
    process, before they open one that changes anything.
    """
    async with database.session() as session:
        return await get_person(request, await get_optional_person(request, session, given))


Caller = Annotated[Person, Depends(get_caller)]
