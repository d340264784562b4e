"""The routes on plain Starlette (`http.py`) for the OpenAPI document alone: FastAPI does not see
them there.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from showfloor.checkout.errors import (
    CallbackInvalid,
    CheckoutClosed,
    CheckoutNotFound,
    DeliveryGone,
    NotDelivered,
    NotForSale,
    PaymentInProgress,
    PaymentMethodInvalid,
    PriceMismatch,
    ProviderUnavailable,
    TermsChanged,
)
from showfloor.checkout.schemas import CheckoutIn, CheckoutOut, HoldIn, HoldOut, PayIn, PurchaseOut
from showfloor.identity.errors import AccountLimited, AdultDeclarationRequired, AgeRefused
from showfloor.kit.errors import (
    IdempotencyConflict,
    IdempotencyKeyRequired,
    NotFound,
    RateLimited,
)
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.merchants.errors import CodeUnknown
from showfloor.offers.errors import (
    CouponFirstOrderOnly,
    CouponGone,
    CouponTokenInvalid,
    DropClosed,
    DropLimitReached,
    DropNetworkLimitReached,
    DropNotFound,
    DropNotOpen,
    DropSoldOut,
)
from showfloor.shows.errors import ShowNotFound
from showfloor.stock.errors import (
    AlreadyHeld,
    HoldExpired,
    HoldTokenInvalid,
    LimitReached,
    NetworkLimitReached,
    SoldOut,
)

HOLDS = "/api/v1/shows/{show_id}/holds"
CHECKOUTS = "/api/v1/checkouts"
PAY = "/api/v1/checkouts/{checkout_id}/pay"
CALLBACK = "/api/v1/payments/{provider}/callback"
HOLD_TOKEN = HTTPBearer(
    scheme_name="HoldToken", auto_error=False, description="`token` of the guest's hold"
)
Token = Annotated[HTTPAuthorizationCredentials | None, Depends(HOLD_TOKEN)]
described = APIRouter(tags=["buying"])


@described.post(
    HOLDS,
    operation_id="hold_goods",
    status_code=201,
    responses=refusals(
        IdempotencyKeyRequired,
        HoldTokenInvalid,
        NotFound,
        ShowNotFound,
        SoldOut,
        AlreadyHeld,
        LimitReached,
        NetworkLimitReached,
        PriceMismatch,
        NotForSale,
        NotDelivered,
        IdempotencyConflict,
        DropNotFound,
        DropNotOpen,
        DropClosed,
        DropLimitReached,
        DropNetworkLimitReached,
        DropSoldOut,
        # Of a drop; nothing else counts here.
        RateLimited,
        limited=False,
    ),
    # The first hold of a guest comes without a token; with one, limits count together.
    openapi_extra={**KEY_HEADER, "security": [{}]},
)
async def hold_goods(show_id: str, body: HoldIn, token: Token) -> HoldOut:
    """Hold goods of a show at today's price for as long as the deadline says: all or nothing."""
    raise NotImplementedError


@described.post(
    CHECKOUTS,
    operation_id="open_checkout",
    status_code=201,
    responses=refusals(
        IdempotencyKeyRequired,
        HoldTokenInvalid,
        AdultDeclarationRequired,
        NotFound,
        NotDelivered,
        DeliveryGone,
        TermsChanged,
        CodeUnknown,
        CouponTokenInvalid,
        CouponFirstOrderOnly,
        CouponGone,
        HoldExpired,
        CheckoutClosed,
        PaymentInProgress,
        IdempotencyConflict,
    ),
    openapi_extra=KEY_HEADER,
)
async def open_checkout(body: CheckoutIn, token: Token) -> CheckoutOut:
    """Say who buys and where the goods go.

    Other details replace the first ones until a payment is under way.
    """
    raise NotImplementedError


@described.post(
    PAY,
    operation_id="pay",
    responses=refusals(
        AgeRefused,
        AccountLimited,
        IdempotencyKeyRequired,
        HoldTokenInvalid,
        NotFound,
        CheckoutNotFound,
        PriceMismatch,
        CouponFirstOrderOnly,
        CouponGone,
        HoldExpired,
        PaymentInProgress,
        IdempotencyConflict,
        PaymentMethodInvalid,
        ProviderUnavailable,
    ),
    openapi_extra=KEY_HEADER,
)
async def pay(checkout_id: str, body: PayIn, token: Token) -> PurchaseOut:
    """Order and pay. The same key gets the same attempt again, as it stands by then; another key is
    another attempt.
    """
    raise NotImplementedError


@described.post(
    CALLBACK,
    operation_id="take_callback",
    responses=refusals(NotFound, CallbackInvalid, ProviderUnavailable, limited=False),
)
async def take_callback(provider: str) -> dict[str, str]:
    """The provider's word: verified by its signature, effective once."""
    raise NotImplementedError
