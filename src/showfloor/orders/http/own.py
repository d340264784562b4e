"""JSON routes of a viewer's own orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.kit import ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.orders import service
from showfloor.orders.errors import OrderClaimed, OrderNotFound
from showfloor.orders.http import unguessed
from showfloor.orders.schemas import OwnOrderOut, OwnOrdersOut
from showfloor.orders.schemas.wanted import ClaimIn
from showfloor.orders.views import own_order_view, own_orders_view
from showfloor.viewers.http.who import CurrentViewer

router = APIRouter(prefix="/api/v1/viewer/orders", tags=["viewer"])


def _secret(request: Request) -> bytes:
    secret: str = request.app.state.settings.secret
    return secret.encode()


@router.get("", responses=refusals(NotAuthenticated, NotFound))
async def list_viewer_orders(
    request: Request,
    session: SessionDep,
    viewer: CurrentViewer,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
    cursor: str | None = None,
) -> OwnOrdersOut:
    """What this viewer bought while signed in, or claimed; newest first."""
    after = ids.parse("ord", cursor) if cursor else None
    page = await service.list_of_viewer(session, viewer=viewer, limit=limit, cursor=after)
    secret = _secret(request)
    return own_orders_view(
        ((order, service.page_token(secret, order.id)) for order in page.orders), page.next_cursor
    )


@router.post(
    "", responses=refusals(NotAuthenticated, CsrfFailed, OrderNotFound, OrderClaimed, RateLimited)
)
async def claim_order(
    body: ClaimIn, request: Request, session: SessionDep, viewer: CurrentViewer
) -> OwnOrderOut:
    """Take an order that was bought as a guest into the account, by the link of its mail."""
    secret = _secret(request)
    order = await unguessed(
        request,
        lambda: service.claim(session, viewer=viewer, secret=secret, token=body.token),
    )
    return own_order_view(order, service.page_token(secret, order.id))
