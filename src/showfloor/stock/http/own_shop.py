"""JSON routes for the merchant's own shop: what it sold, what it has, what it leaves for a show."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from showfloor.catalog import service as catalog
from showfloor.catalog.errors import VariantNotFound
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import Caller, CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.stock import service
from showfloor.stock.errors import LeaseTooLarge, ReferenceUsed, StockVersionOld
from showfloor.stock.schemas import CountIn, LeaseIn, SaleIn, StockOut, StockPage
from showfloor.stock.types import ProductFilter
from showfloor.stock.views import stock_view

router = APIRouter(prefix="/api/v1", tags=["products"])
READ = (NotAuthenticated, NotFound, VariantNotFound)
CHANGE = (*READ, CsrfFailed)
Merchant = Annotated[
    str | None, Query(description="needed where two merchants of one person use the SKU")
]


@router.get("/stock", responses=refusals(NotAuthenticated, NotFound))
async def report_stock(
    session: SessionDep,
    person: CurrentPerson,
    which: Annotated[ProductFilter, Query(alias="filter")] = ProductFilter.ALL,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> StockPage:
    """Of every SKU what is here, and what the merchant's own shop said last and when, so that both
    can be compared. `filter=differs` has those of products where they are not the same; `limit` is
    of products.
    """
    page = await service.list_product_ids(
        session,
        person=person,
        which=which,
        limit=limit,
        cursor=ids.parse("prod", cursor) if cursor else None,
    )
    products = await catalog.get_products(session, page.product_ids)
    variants = [variant for product in products for variant in product.variants]
    shelves = await service.shelf_of(session, [variant.id for variant in variants])
    return StockPage(
        items=[stock_view(variant.sku, shelves[variant.id]) for variant in variants],
        next_cursor=ids.encode("prod", page.next_cursor) if page.next_cursor else None,
    )


# A SKU may have a slash in it. The longer addresses stand first.
@router.post("/stock/{sku:path}/sales", responses=refusals(*CHANGE, ReferenceUsed))
async def report_sale(
    sku: str,
    body: SaleIn,
    session: SessionDep,
    person: CurrentPerson,
    merchant: Merchant = None,
) -> StockOut:
    """The own shop sold some of it: the same `reference` counts once, so the call can be repeated.
    Where it sold what was bought or is held here, too, the answer says how many are `short`.
    """
    variant_id = await _variant(session, person, sku, merchant)
    await service.report_sale(
        session,
        person=person,
        variant_id=variant_id,
        quantity=body.quantity,
        reference=body.reference,
    )
    return await _shown(session, sku, variant_id)


@router.put("/stock/{sku:path}/lease", responses=refusals(*CHANGE, StockVersionOld, LeaseTooLarge))
async def keep_stock(
    sku: str,
    body: LeaseIn,
    session: SessionDep,
    person: CurrentPerson,
    merchant: Merchant = None,
) -> StockOut:
    """The own shop leaves so many for sales here, from now on and for so long; again before it ends
    to go on. Until then it may sell `for_own_shop`, and no more.
    """
    variant_id = await _variant(session, person, sku, merchant)
    await service.keep_for_show(
        session,
        person=person,
        variant_id=variant_id,
        quantity=body.quantity,
        seconds=body.seconds,
        version=body.version,
    )
    return await _shown(session, sku, variant_id)


@router.delete("/stock/{sku:path}/lease", responses=refusals(*CHANGE))
async def release_stock(
    sku: str, session: SessionDep, person: CurrentPerson, merchant: Merchant = None
) -> StockOut:
    """Nothing is left for sales here alone any more; ending it twice is fine."""
    variant_id = await _variant(session, person, sku, merchant)
    await service.keep_for_show(
        session, person=person, variant_id=variant_id, quantity=0, seconds=0, version=None
    )
    return await _shown(session, sku, variant_id)


@router.get("/stock/{sku:path}", responses=refusals(*READ))
async def get_stock(
    sku: str, session: SessionDep, person: CurrentPerson, merchant: Merchant = None
) -> StockOut:
    """What is left of a SKU, with the `version` that a count has to name."""
    return await _shown(session, sku, await _variant(session, person, sku, merchant))


@router.put("/stock/{sku:path}", responses=refusals(*CHANGE, StockVersionOld))
async def report_count(
    sku: str,
    body: CountIn,
    database: DatabaseDep,
    person: Caller,
    merchant: Merchant = None,
) -> StockOut:
    """The own shop has so many that nobody bought. A count that was made before something was sold
    or counted here is refused: it would sell what is sold again. Read the stock, count again.
    """
    async with database.session() as session:
        variant_id = await _variant(session, person, sku, merchant)
        accepted = await service.report_count(
            session,
            person=person,
            variant_id=variant_id,
            in_stock=body.on_hand,
            version=body.version,
        )
        shown = await _shown(session, sku, variant_id)
    # Also what is refused was said, and stands in the report: its transaction is committed.
    if not accepted:
        raise StockVersionOld
    return shown


async def _variant(session: Session, person: Person, sku: str, merchant: str | None) -> UUID:
    chosen = ids.parse("mer", merchant) if merchant else None
    return await service.find_variant(session, person=person, sku=sku, merchant_id=chosen)


async def _shown(session: Session, sku: str, variant_id: UUID) -> StockOut:
    return stock_view(sku, (await service.shelf_of(session, [variant_id]))[variant_id])
