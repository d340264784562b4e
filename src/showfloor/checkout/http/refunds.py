"""JSON routes that give money back. They belong to an order and stand here, because the provider
does.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from showfloor.checkout import service
from showfloor.checkout.deps import CheckoutDeps
from showfloor.checkout.http import CheckoutDep
from showfloor.identity.http import CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import idempotency, ids
from showfloor.kit.http import KeyDep
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.orders.errors import NothingToCancel, RefundInvalid, RefundTooLarge
from showfloor.orders.http import CHANGE_ONCE
from showfloor.orders.schemas import OrderDetail
from showfloor.orders.schemas.wanted import CancelIn, RefundIn
from showfloor.orders.service import RefundRequest
from showfloor.orders.views import order_detail

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.post(
    "/orders/{order_id}/refunds",
    responses=refusals(*CHANGE_ONCE, RefundInvalid, RefundTooLarge),
    openapi_extra=KEY_HEADER,
)
async def refund_order(
    order_id: str, body: RefundIn, deps: CheckoutDep, person: CurrentPerson, key: KeyDep
) -> OrderDetail:
    """Give money back for pieces or as a sum, up to what was paid and not given back yet. Without
    `amount` it is the price of the pieces; without pieces and `amount` it is all that is left.

    `restock` of each line's pieces go back on sale. The refund is `promised` in the answer when the
    provider did not answer in time; it is carried out then without another call.
    """
    fingerprint = idempotency.fingerprint(["refund", body.model_dump()])
    asked = RefundRequest(body.value(), key, fingerprint)
    return await _refund(deps, person, ids.parse("ord", order_id), asked)


@router.post(
    "/orders/{order_id}/cancel",
    responses=refusals(*CHANGE_ONCE, NothingToCancel),
    openapi_extra=KEY_HEADER,
)
async def cancel_order(
    order_id: str, body: CancelIn, deps: CheckoutDep, person: CurrentPerson, key: KeyDep
) -> OrderDetail:
    """Send no more of an order: the price of what was not sent goes back, and when nothing was sent
    all that is left. The pieces go back on sale unless `restock` is false.
    """
    fingerprint = idempotency.fingerprint(["cancel", body.model_dump()])
    asked = RefundRequest(None, key, fingerprint, restock=body.restock)
    return await _refund(deps, person, ids.parse("ord", order_id), asked)


async def _refund(
    deps: CheckoutDeps, person: Person, order_id: UUID, asked: RefundRequest
) -> OrderDetail:
    return order_detail(
        await service.refund_order(
            deps.database, deps.providers, person=person, order_id=order_id, asked=asked
        )
    )
