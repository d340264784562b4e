"""JSON routes of a viewer's account: signing in and out, sessions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from showfloor.identity.deps import gate_of, read_age
from showfloor.identity.errors import (
    AdultDeclarationRequired,
    CsrfFailed,
    NotAuthenticated,
    SessionNotFound,
    TooManyAttempts,
)
from showfloor.identity.schemas import AgeIn
from showfloor.identity.types import Admission, CollectionPoint
from showfloor.kit import ids
from showfloor.kit.answers import language
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep, network_of
from showfloor.kit.minutes import PerMinute
from showfloor.kit.openapi import refusals
from showfloor.kit.pace import Pace
from showfloor.viewers import service
from showfloor.viewers.errors import SignInCodeWrong, SignInOver
from showfloor.viewers.http.who import (
    ASKED,
    VIEWER,
    CurrentViewer,
    OwnToken,
    cookie_name,
    forget_cookie,
    set_cookie,
    token_of,
)
from showfloor.viewers.rules import browser_of, csrf_of
from showfloor.viewers.schemas import (
    EnterIn,
    SignInAsk,
    SignInAskedOut,
    ViewerOut,
    ViewerSessionsOut,
)
from showfloor.viewers.views import sessions_view, viewer_view

router = APIRouter(prefix="/api/v1/viewer", tags=["viewer"])
OWN = (NotAuthenticated, CsrfFailed)
_asked, _tried = PerMinute(30), PerMinute(60)
"""Mails that are asked for, and codes and links that are tried, from one network."""


async def admit(request: Request) -> Admission:
    """Before the rest of the request is looked at."""
    given = await read_age(request, AgeIn)
    return gate_of(request).admit(request, CollectionPoint.VIEWER_ACCOUNT, given)


async def admit_if_said(request: Request) -> Admission | None:
    """None where the request does not say how old the person is, which only a new account needs."""
    given = await read_age(request, AgeIn)
    if given == AgeIn():
        gate_of(request).check(request)
        return None
    return gate_of(request).admit(request, CollectionPoint.VIEWER_ACCOUNT, given)


Admitted = Annotated[Admission, Depends(admit)]
MaybeAdmitted = Annotated[Admission | None, Depends(admit_if_said)]


def _check(count: PerMinute, request: Request) -> str:
    """The network, which is counted by. Raises TooManyAttempts."""
    network = network_of(request)
    if not count.hit(network):
        raise TooManyAttempts(retry_after=max(1, count.seconds()))
    return network


@router.post(
    "/sign-ins",
    status_code=201,
    responses=refusals(AdultDeclarationRequired, TooManyAttempts),
)
async def ask_sign_in(
    admission: Admitted,
    body: SignInAsk,
    request: Request,
    response: Response,
    session: SessionDep,
) -> SignInAskedOut:
    """Have a link and a code sent to an address. The answer is the same whether it has an account
    or not: the first sign-in makes one. A cookie says that the person at this browser was asked
    for their age.
    """
    network = _check(_asked, request)
    mails: Pace = request.app.state.sign_in_mails
    asked = await service.ask_sign_in(
        session,
        mails,
        secret=request.app.state.settings.secret,
        admission=admission,
        email=body.email,
        language=language(request),
        network=network,
    )
    shown = ids.encode("sin", asked.id)
    set_cookie(request, response, ASKED, shown, asked.expires_at)
    return SignInAskedOut(id=shown, expires_at=asked.expires_at)


@router.post(
    "/session",
    responses=refusals(AdultDeclarationRequired, SignInCodeWrong, SignInOver, TooManyAttempts),
)
async def enter(
    admission: MaybeAdmitted,
    body: EnterIn,
    request: Request,
    response: Response,
    database: DatabaseDep,
) -> ViewerOut:
    """Sign in with what the mail carried. A session that this browser has ends.

    A link that makes a new account in another browser than the one it was asked for in needs the
    person's age: who reads the mail need not be who asked for it. The link is not used up by a
    request without.
    """
    _check(_tried, request)
    settings = request.app.state.settings
    entered = await service.enter(
        database,
        secret=settings.secret,
        way=service.Way(
            link=body.link,
            sign_in_id=_sign_in_of(body.sign_in),
            code=body.code or "",
            asked_here=_sign_in_of(request.cookies.get(cookie_name(request, ASKED))),
        ),
        admission=admission,
        browser=browser_of(request.headers.get("user-agent", "")),
        replaces=request.cookies.get(cookie_name(request)),
    )
    if body.as_token:
        return viewer_view(entered.viewer, entered.csrf, entered.token)
    set_cookie(request, response, VIEWER, entered.token, entered.expires_at)
    forget_cookie(request, response, ASKED)
    return viewer_view(entered.viewer, entered.csrf)


def _sign_in_of(shown: str | None) -> UUID | None:
    """None as well where it is none of ours: there is no such request."""
    try:
        return ids.parse("sin", shown) if shown else None
    except ids.MalformedId:
        return None


@router.get("/session", responses=refusals(NotAuthenticated))
async def current_viewer(viewer: CurrentViewer, token: OwnToken) -> ViewerOut:
    """Who is signed in, and the CSRF token for changes."""
    return viewer_view(viewer, csrf_of(token))


@router.delete("/session", status_code=204, responses=refusals(CsrfFailed))
async def leave(request: Request, response: Response, session: SessionDep) -> None:
    """Sign out; signing out twice is fine."""
    if token := token_of(request):
        await service.sign_out(session, token=token)
    forget_cookie(request, response)


@router.get("/sessions", responses=refusals(*OWN))
async def list_viewer_sessions(
    session: SessionDep, viewer: CurrentViewer, token: OwnToken
) -> ViewerSessionsOut:
    """Where this viewer is signed in, newest first."""
    found = await service.list_sessions(session, viewer=viewer)
    return sessions_view(found, await service.find_session(session, token=token))


@router.delete("/sessions", status_code=204, responses=refusals(*OWN))
async def end_other_viewer_sessions(
    session: SessionDep, viewer: CurrentViewer, token: OwnToken
) -> None:
    """Sign out everywhere else."""
    await service.end_other_sessions(session, viewer=viewer, token=token)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    responses=refusals(*OWN, NotFound, SessionNotFound),
)
async def end_viewer_session(session_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    """Sign one browser out."""
    await service.end_session(session, viewer=viewer, session_id=ids.parse("vss", session_id))
