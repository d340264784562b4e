"""JSON routes of `catalog`: what a merchant's people may sell."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from showfloor.catalog import service
from showfloor.catalog.errors import PriceInvalid, ProductNotFound, VariantNotFound
from showfloor.catalog.schemas import NewPrice, ProductOut, ProductPage
from showfloor.catalog.types import Product
from showfloor.catalog.views import product_view
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.money import Money
from showfloor.kit.openapi import refusals
from showfloor.merchants.service import get_merchants

router = APIRouter(prefix="/api/v1", tags=["products"])
Currency = Annotated[
    str, Query(pattern="^[A-Z]{3}$", description="ISO 4217; prices are shown in it")
]


@router.get(
    "/products",
    response_model=ProductPage,
    response_model_exclude_unset=True,
    responses=refusals(NotAuthenticated, NotFound),
)
async def list_products(
    session: SessionDep,
    person: CurrentPerson,
    currency: Currency = "GBP",
    merchant: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> dict[str, object]:
    """The products this person may sell, oldest first."""
    page = await service.list_sellable_products(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant) if merchant else None,
        limit=limit,
        cursor=ids.parse("prod", cursor) if cursor else None,
    )
    next_cursor = ids.encode("prod", page.next_cursor) if page.next_cursor else None
    return {"items": await _cards(session, page.products, currency), "next_cursor": next_cursor}


@router.get(
    "/products/{product_id}",
    response_model=ProductOut,
    response_model_exclude_unset=True,
    responses=refusals(NotAuthenticated, NotFound, ProductNotFound),
)
async def get_product(
    product_id: str, session: SessionDep, person: CurrentPerson, currency: Currency = "GBP"
) -> object:
    """One product of the person's own merchants."""
    found = await service.get_own_product(
        session, person=person, product_id=ids.parse("prod", product_id)
    )
    return (await _cards(session, (found,), currency))[0]


@router.post(
    "/products/{product_id}/prices",
    status_code=201,
    responses=refusals(
        NotAuthenticated, CsrfFailed, NotFound, ProductNotFound, VariantNotFound, PriceInvalid
    ),
)
async def add_price(
    product_id: str, body: NewPrice, session: SessionDep, person: CurrentPerson
) -> NewPrice:
    """The price from now on; what is held keeps its own, and the old one stays in the history."""
    product = await service.get_own_product(
        session, person=person, product_id=ids.parse("prod", product_id)
    )
    variant = next((variant for variant in product.variants if variant.sku == body.sku), None)
    if variant is None:
        raise VariantNotFound
    try:
        price = Money(body.price.amount, body.price.currency)
    except ValueError:
        raise PriceInvalid from None
    await service.set_price(session, person=person, variant_id=variant.id, price=price)
    return body


async def _cards(
    session: Session, products: tuple[Product, ...], currency: str
) -> list[dict[str, object]]:
    merchants = await get_merchants(session, {product.merchant_id for product in products})
    prices = await service.prices(
        session, [variant.id for product in products for variant in product.variants], currency
    )
    return [product_view(product, prices, merchants[product.merchant_id]) for product in products]
