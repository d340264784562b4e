"""The hold route for the OpenAPI document alone: it stands on plain Starlette (`http.py`), which
FastAPI does not see.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from showfloor.checkout.errors import NotForSale, PriceMismatch
from showfloor.checkout.schemas import HoldIn, HoldOut
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired, NotFound
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.shows.errors import ShowNotFound
from showfloor.stock.errors import HoldTokenInvalid, LimitReached, SoldOut

HOLD_TOKEN = HTTPBearer(
    scheme_name="HoldToken", auto_error=False, description="`token` of the guest's hold"
)
described = APIRouter(prefix="/api/v1", tags=["buying"])


@described.post(
    "/shows/{show_id}/holds",
    operation_id="hold_goods",
    status_code=201,
    responses=refusals(
        IdempotencyKeyRequired,
        HoldTokenInvalid,
        NotFound,
        ShowNotFound,
        SoldOut,
        LimitReached,
        PriceMismatch,
        NotForSale,
        IdempotencyConflict,
        limited=False,
    ),
    # The first hold of a guest comes without a token; with one, limits count together.
    openapi_extra={**KEY_HEADER, "security": [{}]},
)
async def hold_goods(
    show_id: str,
    body: HoldIn,
    token: Annotated[HTTPAuthorizationCredentials | None, Depends(HOLD_TOKEN)],
) -> HoldOut:
    """Hold goods of a show at today's price for as long as the deadline says: all or nothing."""
    raise NotImplementedError
