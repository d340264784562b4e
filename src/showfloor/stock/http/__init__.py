"""JSON routes of `stock`: what a merchant says about its pieces."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.catalog.errors import ProductNotFound, VariantNotFound
from showfloor.catalog.service import get_own_product
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.stock import service
from showfloor.stock.schemas import BuyerLimit

router = APIRouter(prefix="/api/v1", tags=["products"])


@router.put(
    "/products/{product_id}/buyer-limit",
    responses=refusals(NotAuthenticated, CsrfFailed, NotFound, ProductNotFound, VariantNotFound),
)
async def set_buyer_limit(
    product_id: str, body: BuyerLimit, session: SessionDep, person: CurrentPerson
) -> BuyerLimit:
    """How many pieces one buyer may have from now on; what is held already stays."""
    product = await get_own_product(
        session, person=person, product_id=ids.parse("prod", product_id)
    )
    variant = next((each for each in product.variants if each.sku == body.sku), None)
    if variant is None:
        raise VariantNotFound
    await service.set_buyer_limit(
        session, person=person, variant_id=variant.id, limit=body.buyer_limit
    )
    return body
