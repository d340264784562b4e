"""JSON routes of `catalog`: what a merchant's people may sell."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from showfloor.catalog import service
from showfloor.catalog.errors import PriceInvalid, ProductNotFound, VariantNotFound
from showfloor.catalog.schemas import NewPrice, ProductOut, ProductPage, WithdrawalException
from showfloor.catalog.views import product_view
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.money import Money
from showfloor.kit.openapi import refusals

router = APIRouter(prefix="/api/v1", tags=["products"])
Currency = Annotated[
    str, Query(pattern="^[A-Z]{3}$", description="ISO 4217; prices are shown in it")
]


@router.get("/products", responses=refusals(NotAuthenticated, NotFound))
async def list_products(
    session: SessionDep,
    person: CurrentPerson,
    currency: Currency = "GBP",
    merchant: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> ProductPage:
    """The products this person may sell, oldest first."""
    page = await service.list_sellable_products(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant) if merchant else None,
        limit=limit,
        cursor=ids.parse("prod", cursor) if cursor else None,
    )
    priced = await service.price_products(session, page.products, currency)
    return ProductPage(
        items=[product_view(product) for product in priced.values()],
        next_cursor=ids.encode("prod", page.next_cursor) if page.next_cursor else None,
    )


@router.get(
    "/products/{product_id}", responses=refusals(NotAuthenticated, NotFound, ProductNotFound)
)
async def get_product(
    product_id: str, session: SessionDep, person: CurrentPerson, currency: Currency = "GBP"
) -> ProductOut:
    """One product of the person's own merchants."""
    found = await service.get_own_product(
        session, person=person, product_id=ids.parse("prod", product_id)
    )
    priced = await service.price_products(session, [found], currency)
    return product_view(priced[found.id])


@router.put(
    "/products/{product_id}/withdrawal-exception",
    responses=refusals(NotAuthenticated, CsrfFailed, NotFound, ProductNotFound),
)
async def set_withdrawal_exception(
    product_id: str, body: WithdrawalException, session: SessionDep, person: CurrentPerson
) -> WithdrawalException:
    """Whether buyers may withdraw from buying it, where the law of their country lets a seller say
    so. They read it before they order; orders keep what was said when they were placed.
    """
    chosen = ids.parse("prod", product_id)
    await service.set_no_withdrawal(
        session, person=person, product_id=chosen, exception=body.exception
    )
    return body


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
