"""JSON routes that take what was held for who waited in line to a purchase. From there on it is
bought as any other hold.
"""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.checkout import service
from showfloor.checkout.http import CheckoutDep, client_of
from showfloor.checkout.schemas import HoldOut
from showfloor.checkout.views import hold_view
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.kit import ids
from showfloor.kit.errors import RateLimited
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.offers.errors import WaitHeld, WaitNotFound, WaitPaying
from showfloor.offers.http.waiting import place_of
from showfloor.offers.schemas import WaitToken
from showfloor.stock import service as stock
from showfloor.stock.errors import LimitReached, NetworkLimitReached
from showfloor.viewers.http.who import CurrentViewer

router = APIRouter(prefix="/api/v1", tags=["waiting"])
_REFUSED = (WaitNotFound, WaitHeld, WaitPaying, LimitReached, NetworkLimitReached)


@router.post("/waits/hold", responses=refusals(*_REFUSED, RateLimited))
async def hold_opened_wait(
    body: WaitToken, request: Request, session: SessionDep, deps: CheckoutDep
) -> HoldOut:
    """As `POST /waits/{wait_id}/hold`, for the reader of a mail, who need not be signed in."""
    hold = await service.take_waited(
        session, place_id=place_of(request, body.token), client=client_of(request, deps)
    )
    return hold_view(hold, stock.hold_token(deps.secret, hold.id))


@router.post("/waits/{wait_id}/hold", responses=refusals(NotAuthenticated, CsrfFailed, *_REFUSED))
async def hold_waited(
    wait_id: str,
    request: Request,
    session: SessionDep,
    deps: CheckoutDep,
    viewer: CurrentViewer,
) -> HoldOut:
    """What is held for a viewer who waited, as a hold with a fresh id and token: whoever took it
    before, in another browser, has it no more. It is bought as it is, or given back.
    """
    hold = await service.take_waited(
        session,
        place_id=ids.parse("wait", wait_id),
        viewer=viewer,
        client=client_of(request, deps),
    )
    return hold_view(hold, stock.hold_token(deps.secret, hold.id))
