"""JSON routes of waiting lists. What is held for somebody who waited is bought as any other hold
(`checkout`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from showfloor.identity.deps import gate_of
from showfloor.identity.errors import AccountLimited, AgeRefused, CsrfFailed, NotAuthenticated
from showfloor.identity.types import CollectionPoint
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import DatabaseDep, SessionDep, network_of
from showfloor.kit.minutes import PerMinute
from showfloor.kit.openapi import refusals
from showfloor.kit.pace import Limit, Pace
from showfloor.markets.service import get_market
from showfloor.offers import service
from showfloor.offers.errors import (
    NothingSoldNow,
    StillInStock,
    TooManyWaits,
    WaitHeld,
    WaitingListFull,
    WaitingListNotFound,
    WaitNotFound,
    WaitPaying,
)
from showfloor.offers.schemas import WaitIn, WaitOut, WaitsOut, WaitToken
from showfloor.offers.views import wait_view, waits_view
from showfloor.shows import service as shows
from showfloor.shows.errors import ProductNotInShow, ShowNotFound
from showfloor.viewers.http.who import CurrentViewer

router = APIRouter(prefix="/api/v1", tags=["waiting"])
OWN = (NotAuthenticated, CsrfFailed)
_wrong = PerMinute(60)
"""Links that are in no mail, from one network."""
JOINS = Limit(30, 3600.0)
"""Of one account: each makes a log longer that is kept for good."""


def _secret(request: Request) -> bytes:
    secret: str = request.app.state.settings.secret
    return secret.encode()


def _check_pace(request: Request, viewer_id: UUID) -> None:
    """Raises RateLimited."""
    pace: Pace = request.app.state.waits
    if seconds := pace.wait(viewer_id, JOINS, clock.monotonic()):
        refused = RateLimited()
        refused.retry_after = seconds
        raise refused


def place_of(request: Request, token: str) -> UUID:
    """The place of a mail. Raises WaitNotFound, RateLimited."""
    return _place_of(request, token, service.place_of_token)


def _place_of(request: Request, token: str, read: Callable[[bytes, str], UUID]) -> UUID:
    try:
        return read(_secret(request), token)
    except WaitNotFound:
        if not _wrong.hit(network_of(request)):
            raise RateLimited from None
        raise


@router.post(
    "/shows/{show_id}/waits",
    responses=refusals(
        *OWN,
        NotFound,
        ShowNotFound,
        AgeRefused,
        AccountLimited,
        NothingSoldNow,
        ProductNotInShow,
        StillInStock,
        WaitHeld,
        TooManyWaits,
        WaitingListFull,
        RateLimited,
    ),
)
async def join_waiting_list(
    show_id: str, body: WaitIn, request: Request, session: SessionDep, viewer: CurrentViewer
) -> WaitOut:
    """Wait for a piece of something that is sold out. Nothing is paid. When one is free it is held
    for whoever is first in line, who gets a mail. Asking twice keeps the first place.
    """
    show = await shows.get_public_show(session, ids.parse("show", show_id))
    # Who may not buy does not wait to buy.
    gate = gate_of(request)
    gate.check(request)
    country = get_market(show.market).country
    gate.check_account(CollectionPoint.GUEST_CHECKOUT, viewer.age, country)
    _check_pace(request, viewer.id)
    wait = await service.join(session, viewer=viewer, show_id=show.id, sku=body.sku)
    return wait_view(wait)


@router.get("/viewer/waits", responses=refusals(NotAuthenticated))
async def list_waits(session: SessionDep, viewer: CurrentViewer) -> WaitsOut:
    """For what this viewer waits, with what is held for them."""
    return waits_view(await service.list_waits(session, viewer.id))


@router.delete(
    "/waits/{wait_id}",
    status_code=204,
    responses=refusals(*OWN, WaitNotFound, WaitHeld, WaitPaying),
)
async def leave_waiting_list(wait_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    """Give up a place in line. What is held in it is the next one's."""
    await service.leave(session, place_id=ids.parse("wait", wait_id), viewer=viewer)


@router.post("/waits/open", responses=refusals(WaitNotFound, RateLimited))
async def open_wait(body: WaitToken, request: Request, session: SessionDep) -> WaitOut:
    """What is held for the reader of a mail, who need not be signed in."""
    return wait_view(await service.find_wait(session, place_of(request, body.token)))


@router.post(
    "/waits/leave",
    status_code=204,
    responses=refusals(WaitNotFound, WaitHeld, WaitPaying, RateLimited),
)
async def leave_opened_wait(body: WaitToken, request: Request, session: SessionDep) -> None:
    """The reader of a mail has opened it and does not want it."""
    await service.leave(session, place_id=place_of(request, body.token))


@router.post(
    "/viewer/waits/leave/{token}",
    status_code=204,
    responses=refusals(WaitNotFound, WaitHeld, WaitPaying, RateLimited),
)
async def leave_by_mail(token: str, request: Request, session: SessionDep) -> None:
    """The reader of a mail does not want it. Mail programs call this by themselves when their
    reader presses "Unsubscribe" (RFC 8058 section 3.2), without a cookie. The token leaves the
    line and opens nothing: addresses are kept in more places than what is sent to them.
    """
    place_id = _place_of(request, token, service.place_of_leave_token)
    await service.leave(session, place_id=place_id)


@router.get(
    "/waiting-lists/{list_id}/log",
    response_class=StreamingResponse,
    responses={
        **refusals(NotFound, WaitingListNotFound),
        200: {"content": {"application/jsonl": {}}},
        304: {"description": "Nothing was added to what has this ETag."},
    },
)
async def get_waiting_log(
    list_id: str, database: DatabaseDep, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The log of a waiting list as far as it goes, as a file that `showfloor verify-waiting` checks
    (docs/develop/waiting-log.md). Its ETag is the hash of its last record.
    """
    log = await service.find_waiting_log(database, ids.parse("wtl", list_id))
    # Weak: on its way it may be compressed.
    kept = {"cache-control": "no-cache", "etag": f'W/"{log.head}"'}
    if if_none_match is not None and f'"{log.head}"' in if_none_match:
        return Response(status_code=304, headers=kept)
    named = {"content-disposition": f'attachment; filename="{list_id}.jsonl"'}
    return StreamingResponse(
        service.read_waiting_log(database, log),
        media_type="application/jsonl",
        headers={**kept, **named},
    )
