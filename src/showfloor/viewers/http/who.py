"""Who is watching: a cookie with a CSRF header, or the same token in a header of its own where
browsers keep no cookies of ours (a frame on a brand's site). Other modules' routes use
`CurrentViewer` and `OptionalViewer`.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyHeader

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.kit.db import Database
from showfloor.kit.http import SessionDep
from showfloor.viewers import service
from showfloor.viewers.rules import csrf_of
from showfloor.viewers.types import Viewer

VIEWER_TOKEN = APIKeyHeader(
    name="X-Viewer-Token",
    scheme_name="ViewerToken",
    auto_error=False,
    description=(
        "The token of a viewer's session. Our own pages have a cookie instead, and send "
        "`X-CSRF-Token` with every change."
    ),
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Flags(TypedDict):
    httponly: bool
    samesite: Literal["lax"]
    secure: bool


VIEWER, ASKED = "viewer", "sign-in"
"""Cookies: a session's token; the name of the last mail that was asked for in this browser."""


def cookie_name(request: Request, what: str = VIEWER) -> str:
    """`__Host-` needs HTTPS (RFC 6265bis §4.1.3.2)."""
    secure = request.app.state.settings.secure
    return f"__Host-showfloor-{what}" if secure else f"showfloor-{what}"


def set_cookie(
    request: Request, response: Response, what: str, value: str, expires: datetime
) -> None:
    response.set_cookie(cookie_name(request, what), value, expires=expires, **_flags(request))


def forget_cookie(request: Request, response: Response, what: str = VIEWER) -> None:
    """The browser deletes it: its flags are those that it was set with."""
    response.delete_cookie(cookie_name(request, what), **_flags(request))


def _flags(request: Request) -> _Flags:
    return {"httponly": True, "samesite": "lax", "secure": request.app.state.settings.secure}


def token_of(request: Request) -> str | None:
    """The header first: no other site's page can send it without asking, and it says what is
    meant. Raises CsrfFailed for a change that is made with the cookie alone.
    """
    if header := request.headers.get("x-viewer-token"):
        return header
    cookie = request.cookies.get(cookie_name(request))
    if cookie is None or request.method in SAFE_METHODS:
        return cookie
    given = request.headers.get("x-csrf-token", "")
    if not secrets.compare_digest(given.encode(), csrf_of(cookie).encode()):
        raise CsrfFailed
    return cookie


async def get_optional_viewer(
    request: Request,
    session: SessionDep,
    _header: Annotated[str | None, Depends(VIEWER_TOKEN)],
) -> Viewer | None:
    """The caller, or None for a visitor. Raises CsrfFailed."""
    token = token_of(request)
    if token is None:
        return None
    secret: str = request.app.state.settings.secret
    return await service.viewer_of_session(session, secret=secret, token=token)


async def find_viewer(request: Request, database: Database) -> Viewer | None:
    """As `get_optional_viewer`, for a change that another secret in a header proves already (the
    token of a hold): no other site's page can send that, so the cookie needs no CSRF token.
    """
    token = request.headers.get("x-viewer-token") or request.cookies.get(cookie_name(request))
    if token is None:
        return None
    secret: str = request.app.state.settings.secret
    async with database.session() as session:
        return await service.viewer_of_session(session, secret=secret, token=token)


OptionalViewer = Annotated[Viewer | None, Depends(get_optional_viewer)]


async def get_viewer(viewer: OptionalViewer) -> Viewer:
    if viewer is None:
        raise NotAuthenticated
    return viewer


CurrentViewer = Annotated[Viewer, Depends(get_viewer)]


async def get_own_token(request: Request, viewer: CurrentViewer) -> str:
    """The token of the session that asks."""
    token = token_of(request)
    assert token is not None
    return token


OwnToken = Annotated[str, Depends(get_own_token)]
