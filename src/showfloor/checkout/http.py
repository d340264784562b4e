"""JSON routes of `checkout`: hold, details, payment.

The hold route stands on plain Starlette: FastAPI's machinery would cost more than the hold itself
(docs/benchmarks.md). For the OpenAPI document it is described in `openapi.py`.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import ValidationError
from starlette.responses import JSONResponse

from showfloor.checkout import service
from showfloor.checkout.deps import CheckoutDeps
from showfloor.checkout.errors import (
    CallbackInvalid,
    CheckoutClosed,
    CheckoutNotFound,
    NothingToConfirm,
    PaymentInProgress,
    PaymentMethodInvalid,
    PriceMismatch,
    ProviderUnavailable,
)
from showfloor.checkout.openapi import HOLD_TOKEN
from showfloor.checkout.schemas import (
    CheckoutIn,
    CheckoutOut,
    HoldIn,
    MoneyIn,
    PayIn,
    PurchaseOut,
)
from showfloor.checkout.service.holds import HoldRequest
from showfloor.checkout.service.paying import PaymentRequest
from showfloor.checkout.types import Method
from showfloor.checkout.views import checkout_view, hold_view, payment_view
from showfloor.identity.errors import AdultDeclarationRequired
from showfloor.identity.service import admit
from showfloor.identity.types import CollectionPoint
from showfloor.kit import idempotency, ids
from showfloor.kit.errors import (
    IdempotencyConflict,
    IdempotencyKeyRequired,
    NotFound,
    ValidationFailed,
)
from showfloor.kit.http import SessionDep, bearer
from showfloor.kit.money import Money
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.orders.types import Buyer
from showfloor.stock import service as stock
from showfloor.stock.errors import HoldExpired, HoldSettled, HoldTokenInvalid

router = APIRouter(prefix="/api/v1", tags=["buying"])
LARGEST_BODY = 16 * 1024
"""Bytes of a hold request."""


def deps_of(request: Request) -> CheckoutDeps:
    deps: CheckoutDeps = request.app.state.checkout
    return deps


async def get_deps(request: Request) -> CheckoutDeps:
    return deps_of(request)


CheckoutDep = Annotated[CheckoutDeps, Depends(get_deps)]


async def get_guest(
    deps: CheckoutDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(HOLD_TOKEN)]
) -> UUID:
    """The hold whose token the guest shows. Raises HoldTokenInvalid."""
    return stock.hold_of_token(deps.secret, given.credentials if given else None)


GuestDep = Annotated[UUID, Depends(get_guest)]
"""The id of the guest's hold."""


async def get_key(
    key: Annotated[str | None, Header(alias="Idempotency-Key", include_in_schema=False)] = None,
) -> str:
    """Raises IdempotencyKeyRequired."""
    return idempotency.check_key(key)


KeyDep = Annotated[str, Depends(get_key)]


async def hold_goods(request: Request) -> Response:
    """POST /api/v1/shows/{show_id}/holds: reserve what is in a show."""
    deps = deps_of(request)
    key = idempotency.check_key(request.headers.get("idempotency-key"))
    show_id = ids.parse("show", request.path_params["show_id"])
    token = bearer(request.headers.get("authorization"))
    previous = stock.hold_of_token(deps.secret, token) if token else None
    body = await _read(request)
    wanted = _hold_request(show_id, key, previous, body)
    hold = await service.hold_goods(deps.batcher, deps.shelf, wanted, seconds=deps.hold_seconds)
    return JSONResponse(hold_view(hold, stock.hold_token(deps.secret, hold.id)), 201)


router.add_route(
    "/api/v1/shows/{show_id}/holds", hold_goods, methods=["POST"], include_in_schema=False
)


async def _read(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ValidationFailed(extra={"fields": [{"path": "body", "problem": "too_long"}]})
    return body


def _hold_request(show_id: UUID, key: str, previous: UUID | None, body: bytes) -> HoldRequest:
    try:
        given = HoldIn.model_validate_json(body)
    except ValidationError as error:
        fields = [
            {"path": "/".join(["body", *map(str, item["loc"])]), "problem": item["type"]}
            for item in error.errors()
        ]
        raise ValidationFailed(extra={"fields": fields}) from None
    lines = tuple((line.sku, line.quantity) for line in given.lines)
    for place, (sku, _) in enumerate(lines):
        if sku in (earlier for earlier, _ in lines[:place]):
            raise ValidationFailed(
                extra={"fields": [{"path": f"body/lines/{place}/sku", "problem": "repeated"}]}
            )
    return HoldRequest(
        show_id,
        lines,
        _money(given.expected_total),
        key,
        idempotency.fingerprint(given.model_dump()),
        previous,
    )


def _money(given: MoneyIn | None) -> Money | None:
    if given is None:
        return None
    try:
        return Money(given.amount, given.currency)
    except ValueError:
        raise ValidationFailed(
            extra={
                "fields": [{"path": "body/expected_total/currency", "problem": "currency_unknown"}]
            }
        ) from None


@router.delete(
    "/holds/{hold_id}",
    status_code=204,
    responses=refusals(HoldTokenInvalid, HoldSettled, PaymentInProgress),
)
async def release_hold(hold_id: str, session: SessionDep, guest: GuestDep) -> None:
    """Give the goods back; doing so twice is fine."""
    if hold_id != ids.encode("hold", guest):
        raise HoldTokenInvalid
    await service.release_hold(session, hold_id=guest)


@router.post(
    "/checkouts",
    status_code=201,
    response_model=CheckoutOut,
    responses=refusals(
        IdempotencyKeyRequired,
        HoldTokenInvalid,
        AdultDeclarationRequired,
        HoldExpired,
        CheckoutClosed,
        PaymentInProgress,
        IdempotencyConflict,
    ),
    openapi_extra=KEY_HEADER,
)
async def open_checkout(
    body: CheckoutIn, session: SessionDep, deps: CheckoutDep, guest: GuestDep, key: KeyDep
) -> object:
    """Say who buys and where the goods go.

    Other details replace the first ones until a payment is under way.
    """
    admission = admit(CollectionPoint.GUEST_CHECKOUT, adult=body.adult)
    if body.hold_id != ids.encode("hold", guest):
        raise HoldTokenInvalid
    scope, request = f"checkout.open:{guest.hex}", deps.fingerprint(body.model_dump())
    if (first := await idempotency.claim(session, scope, key, request)) is not None:
        return first.body
    buyer = Buyer(body.email, body.address.value())
    purchase = await service.open_checkout(session, admission=admission, hold_id=guest, buyer=buyer)
    answer = checkout_view(purchase)
    await idempotency.remember(session, scope, key, idempotency.StoredAnswer(201, answer))
    return answer


@router.get(
    "/checkouts/{checkout_id}",
    response_model=CheckoutOut,
    responses=refusals(HoldTokenInvalid, NotFound, CheckoutNotFound),
)
async def get_checkout(checkout_id: str, session: SessionDep, guest: GuestDep) -> object:
    """How far the purchase has come."""
    return checkout_view(
        await service.get_purchase(
            session, checkout_id=ids.parse("chk", checkout_id), hold_id=guest
        )
    )


@router.post(
    "/checkouts/{checkout_id}/pay",
    response_model=PurchaseOut,
    responses=refusals(
        IdempotencyKeyRequired,
        HoldTokenInvalid,
        NotFound,
        CheckoutNotFound,
        PriceMismatch,
        HoldExpired,
        PaymentInProgress,
        IdempotencyConflict,
        PaymentMethodInvalid,
        ProviderUnavailable,
    ),
    openapi_extra=KEY_HEADER,
)
async def pay(
    checkout_id: str, body: PayIn, deps: CheckoutDep, guest: GuestDep, key: KeyDep
) -> object:
    """Order and pay. The same key gets the same attempt again, as it stands by then; another key is
    another attempt.
    """
    expected = _money(body.expected_total)
    assert expected is not None
    payment = PaymentRequest(
        checkout_id=ids.parse("chk", checkout_id),
        hold_id=guest,
        method=Method(body.payment_method.type, body.payment_method.number),
        expected_total=expected,
        key=key,
        request=deps.fingerprint(body.model_dump()),
    )
    return payment_view(await service.pay(deps.database, deps.providers, payment))


@router.post(
    "/checkouts/{checkout_id}/confirm",
    response_model=PurchaseOut,
    responses=refusals(
        HoldTokenInvalid,
        NotFound,
        CheckoutNotFound,
        NothingToConfirm,
        HoldExpired,
        ProviderUnavailable,
    ),
)
async def confirm(checkout_id: str, deps: CheckoutDep, guest: GuestDep) -> object:
    """The buyer answered the bank's question; doing so twice is fine."""
    chosen = ids.parse("chk", checkout_id)
    return payment_view(
        await service.confirm(deps.database, deps.providers, checkout_id=chosen, hold_id=guest)
    )


@router.post(
    "/payments/{provider}/callback",
    responses=refusals(NotFound, CallbackInvalid, ProviderUnavailable, limited=False),
)
async def take_callback(provider: str, request: Request, deps: CheckoutDep) -> dict[str, str]:
    """The provider's word: verified by its signature, effective once."""
    body = await _read(request)
    await service.take_callback(
        deps.database, deps.providers, provider=provider, headers=dict(request.headers), body=body
    )
    return {"status": "heard"}
