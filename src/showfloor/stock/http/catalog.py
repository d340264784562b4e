"""JSON routes of the desk's catalog: products with what they cost and what is left of them, and
changes of stock by the merchant's people.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from showfloor.catalog import service as catalog
from showfloor.catalog.errors import ProductNotFound, VariantNotFound
from showfloor.catalog.types import Product
from showfloor.identity import service as identity
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import idempotency, ids
from showfloor.kit.db import Session
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired, NotFound
from showfloor.kit.http import KeyDep, SessionDep
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.kit.text import clean_line
from showfloor.stock import service
from showfloor.stock.errors import StockVersionOld
from showfloor.stock.schemas import (
    DeskProduct,
    DeskProducts,
    ProductCounts,
    StockChangeIn,
    StockChanges,
)
from showfloor.stock.service import Told
from showfloor.stock.types import ChangeReason, ProductFilter
from showfloor.stock.views import changes_view, desk_product

router = APIRouter(prefix="/api/v1", tags=["products"])
READ = (NotAuthenticated, NotFound, ProductNotFound)


@router.get("/catalog", responses=refusals(NotAuthenticated, NotFound))
async def list_catalog(
    session: SessionDep,
    person: CurrentPerson,
    which: Annotated[ProductFilter, Query(alias="filter")] = ProductFilter.ALL,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> DeskProducts:
    """The products of this person's merchants, newest first. `q` finds words of a name or a SKU."""
    page = await service.list_product_ids(
        session,
        person=person,
        which=which,
        words=clean_line(q),
        limit=limit,
        cursor=ids.parse("prod", cursor) if cursor else None,
    )
    products = await catalog.get_products(session, page.product_ids)
    return DeskProducts(
        items=await _shown(session, products),
        next_cursor=ids.encode("prod", page.next_cursor) if page.next_cursor else None,
    )


@router.get("/catalog/counts", responses=refusals(NotAuthenticated))
async def count_catalog(session: SessionDep, person: CurrentPerson) -> ProductCounts:
    """How many products there are behind each filter."""
    return ProductCounts(counts=await service.count_products(session, person=person))


@router.get("/catalog/{product_id}", responses=refusals(*READ))
async def get_catalog_product(
    product_id: str, session: SessionDep, person: CurrentPerson
) -> DeskProduct:
    """One product, in every currency, with what is left of it."""
    chosen = ids.parse("prod", product_id)
    found = await catalog.get_own_product(session, person=person, product_id=chosen)
    return (await _shown(session, [found]))[0]


@router.post(
    "/products/{product_id}/stock",
    responses=refusals(
        *READ,
        CsrfFailed,
        VariantNotFound,
        StockVersionOld,
        IdempotencyKeyRequired,
        IdempotencyConflict,
    ),
    openapi_extra=KEY_HEADER,
)
async def change_stock(
    product_id: str, body: StockChangeIn, session: SessionDep, person: CurrentPerson, key: KeyDep
) -> DeskProduct:
    """More or fewer pieces of a SKU, for a reason. Fewer than were bought and are held can be said:
    what is not there is `short` then, and nobody buys it any more.
    """
    chosen = ids.parse("prod", product_id)
    product = await catalog.get_own_product(session, person=person, product_id=chosen)
    variant_id = _variant_of(product, body.sku)
    told = Told(
        reason=ChangeReason(body.reason),
        pieces=body.pieces,
        note=body.note,
        version=body.version,
        key=key,
        request=idempotency.fingerprint(body.model_dump()),
    )
    await service.change_stock(session, person=person, variant_id=variant_id, told=told)
    return (await _shown(session, [product]))[0]


@router.get("/products/{product_id}/stock", responses=refusals(*READ))
async def list_stock_changes(
    product_id: str, session: SessionDep, person: CurrentPerson
) -> StockChanges:
    """Who changed how many there are, when and why. What was sold here stands in the orders."""
    chosen = ids.parse("prod", product_id)
    product = await catalog.get_own_product(session, person=person, product_id=chosen)
    skus = {variant.id: variant.sku for variant in product.variants}
    changes = await service.changes_of(session, skus.keys())
    people = {change.person_id for change in changes if change.person_id is not None}
    names = await identity.names_of(session, people)
    return StockChanges(changes=changes_view(changes, skus, names))


def _variant_of(product: Product, sku: str) -> UUID:
    found = next((variant.id for variant in product.variants if variant.sku == sku), None)
    if found is None:
        raise VariantNotFound
    return found


async def _shown(session: Session, products: list[Product]) -> list[DeskProduct]:
    variants = [variant.id for product in products for variant in product.variants]
    shelves = await service.shelf_of(session, variants)
    prices = await catalog.all_prices(session, variants)
    return [desk_product(product, shelves, prices) for product in products]
