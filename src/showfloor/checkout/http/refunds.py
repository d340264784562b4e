"""JSON routes that give money back. They belong to an order and stand here, because the provider
does.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from showfloor.checkout import service
from showfloor.checkout.http import CheckoutDep
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import idempotency, ids
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired, NotFound
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.orders.errors import NothingToCancel, OrderNotFound, RefundInvalid, RefundTooLarge
from showfloor.orders.schemas import CancelIn, OrderDetail, RefundIn
from showfloor.orders.service import RefundRequest
from showfloor.orders.types import WantedRefund
from showfloor.orders.views import order_detail

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.post(
    "/orders/{order_id}/refunds",
    responses=refusals(
        NotAuthenticated,
        CsrfFailed,
        NotFound,
        OrderNotFound,
        IdempotencyKeyRequired,
        IdempotencyConflict,
        RefundInvalid,
        RefundTooLarge,
    ),
    openapi_extra=KEY_HEADER,
)
async def refund_order(
    order_id: str, body: RefundIn, request: Request, deps: CheckoutDep, person: CurrentPerson
) -> OrderDetail:
    """Give money back for pieces or as a sum, up to what was paid and not given back yet. Without
    `amount` it is the price of the pieces; without pieces and `amount` it is all that is left.

    `restock` of each line's pieces go back on sale. The refund is `promised` in the answer when the
    provider did not answer in time; it is carried out then without another call.
    """
    asked = _asked(body, request, body.value())
    order = await service.refund_order(
        deps.database,
        deps.providers,
        person=person,
        order_id=ids.parse("ord", order_id),
        asked=asked,
    )
    return order_detail(order)


@router.post(
    "/orders/{order_id}/cancel",
    responses=refusals(
        NotAuthenticated,
        CsrfFailed,
        NotFound,
        OrderNotFound,
        IdempotencyKeyRequired,
        IdempotencyConflict,
        NothingToCancel,
    ),
    openapi_extra=KEY_HEADER,
)
async def cancel_order(
    order_id: str, body: CancelIn, request: Request, deps: CheckoutDep, person: CurrentPerson
) -> OrderDetail:
    """Send no more of an order: the price of what was not sent goes back, and when nothing was sent
    all that is left. The pieces go back on sale unless `restock` is false.
    """
    asked = _asked(body, request, None, restock=body.restock)
    order = await service.refund_order(
        deps.database,
        deps.providers,
        person=person,
        order_id=ids.parse("ord", order_id),
        asked=asked,
    )
    return order_detail(order)


def _asked(
    body: BaseModel,
    request: Request,
    wanted: WantedRefund | None,
    *,
    restock: bool = False,
) -> RefundRequest:
    """Raises IdempotencyKeyRequired."""
    key = idempotency.check_key(request.headers.get("idempotency-key"))
    what = "cancel" if wanted is None else "refund"
    return RefundRequest(wanted, key, idempotency.fingerprint([what, body.model_dump()]), restock)
