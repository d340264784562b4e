"""JSON routes of a viewer's own data: see, take along, correct, erase (GDPR art 15 to 21)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.errors import RateLimited
from showfloor.kit.http import SessionDep, network_of
from showfloor.kit.minutes import PerMinute
from showfloor.kit.openapi import refusals
from showfloor.privacy import service as privacy
from showfloor.privacy.errors import RequestNotFound, TooManyOpenRequests
from showfloor.privacy.types import Holding, RequestKind, Subject
from showfloor.viewers import service
from showfloor.viewers.http.who import CurrentViewer, forget_cookie
from showfloor.viewers.schemas import (
    DataRequestIn,
    DataRequestOut,
    ErasureOut,
    OwnDataOut,
)
from showfloor.viewers.types import Viewer
from showfloor.viewers.views import archive, erasure_view, own_data_view

router = APIRouter(prefix="/api/v1/viewer", tags=["viewer"])
_asked = PerMinute(30)
"""Requests and tokens of receipts, from one network."""


def _check_asked(request: Request) -> None:
    """Raises RateLimited."""
    if not _asked.hit(network_of(request)):
        raise RateLimited


def _subject(viewer: Viewer) -> Subject:
    return Subject(viewer.email, viewer.id)


async def _holdings(request: Request, session: Session, viewer: Viewer) -> list[Holding]:
    secret: str = request.app.state.settings.secret
    return await privacy.collect(session, _subject(viewer), viewer.key, secret=secret)


@router.get("/data", responses=refusals(NotAuthenticated))
async def get_own_data(request: Request, session: SessionDep, viewer: CurrentViewer) -> OwnDataOut:
    """This viewer's account, sessions, orders, unfinished purchases and requests."""
    return own_data_view(await _holdings(request, session, viewer))


@router.get(
    "/data.zip",
    response_class=Response,
    responses={**refusals(NotAuthenticated), 200: {"content": {"application/zip": {}}}},
)
async def download_own_data(
    request: Request, session: SessionDep, viewer: CurrentViewer
) -> Response:
    """The same as one file to take along: JSON, and a CSV file for each part."""
    name = f"showfloor-{clock.now():%Y-%m-%d}.zip"
    return Response(
        archive(await _holdings(request, session, viewer)),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post(
    "/data-requests",
    status_code=201,
    responses=refusals(NotAuthenticated, CsrfFailed, RateLimited, TooManyOpenRequests),
)
async def ask_about_own_data(
    body: DataRequestIn, request: Request, session: SessionDep, viewer: CurrentViewer
) -> DataRequestOut:
    """Ask the operator to correct what the viewer cannot change here, or object to a use of it."""
    _check_asked(request)
    await service.lock_viewer(session, viewer=viewer)
    secret: str = request.app.state.settings.secret
    asked = await privacy.ask(
        session,
        secret=secret,
        kind=RequestKind(body.kind),
        subject=_subject(viewer),
        text=body.text,
    )
    return DataRequestOut(due_at=asked.due_at)


@router.post("/erasure", status_code=202, responses=refusals(NotAuthenticated, CsrfFailed))
async def ask_erasure(
    request: Request, response: Response, session: SessionDep, viewer: CurrentViewer
) -> ErasureOut:
    """Erase the account and everything known of its owner; no reason is asked for. The worker
    begins at once, and the token of the answer shows how far it is.
    """
    await service.lock_viewer(session, viewer=viewer)
    secret: str = request.app.state.settings.secret
    asked = await privacy.ask(
        session, secret=secret, kind=RequestKind.ERASE, subject=_subject(viewer)
    )
    token = privacy.receipt_token(secret, asked)
    # What another browser did signed in from here on would belong to an account that is gone.
    await service.end_sessions(session, viewer=viewer)
    forget_cookie(request, response)
    return erasure_view(await privacy.find_erasure(session, secret=secret, token=token), token)


@router.get("/erasures/{token}", responses=refusals(RequestNotFound, RateLimited))
async def get_erasure(token: str, request: Request, session: SessionDep) -> ErasureOut:
    """How far an erasure is, for whoever has its token: what each part has erased, and what still
    waits.
    """
    _check_asked(request)
    secret: str = request.app.state.settings.secret
    return erasure_view(await privacy.find_erasure(session, secret=secret, token=token), token)
