"""What the desk and the merchant's own shop read of stock."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from showfloor.catalog.errors import VariantNotFound
from showfloor.catalog.service import find_variants
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.stock import queries
from showfloor.stock.types import (
    NOTHING,
    ProductFilter,
    ProductPage,
    Shelf,
    StockChange,
)

MOST_CHANGES = 50


async def list_product_ids(
    session: Session,
    *,
    person: Person,
    which: ProductFilter = ProductFilter.ALL,
    words: str = "",
    limit: int = 50,
    cursor: UUID | None = None,
) -> ProductPage:
    """The products of this person's merchants that are wanted."""
    found = await queries.product_ids(
        session, person.merchant_ids, which, words, limit=limit + 1, after=cursor
    )
    page = tuple(found[:limit])
    return ProductPage(page, page[-1] if len(found) > limit else None)


async def count_products(session: Session, *, person: Person) -> dict[ProductFilter, int]:
    """How many there are of each kind."""
    return await queries.count_products(session, person.merchant_ids)


async def shelf_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Shelf]:
    """All that is known of the pieces of these variants; four statements however many."""
    stock = await queries.stock_of(session, variant_ids)
    leases = await queries.leases_of(session, variant_ids, clock.now())
    reports = await queries.reports_of(session, variant_ids)
    limits = await queries.limits_of(session, variant_ids)
    return {
        variant_id: Shelf(
            stock.get(variant_id, NOTHING),
            leases.get(variant_id),
            reports.get(variant_id),
            limits.get(variant_id),
        )
        for variant_id in variant_ids
    }


async def changes_of(session: Session, variant_ids: Collection[UUID]) -> list[StockChange]:
    """The newest of them first."""
    return await queries.changes_of(session, variant_ids, MOST_CHANGES)


async def find_variant(
    session: Session, *, person: Person, sku: str, merchant_id: UUID | None = None
) -> UUID:
    """What this person's merchants know under a SKU; `merchant_id` says which where two of them do.

    Raises VariantNotFound.
    """
    found = await find_variants(session, sku=sku)
    own = {
        variant_id
        for merchant, variant_id in found.items()
        if merchant in person.merchant_ids and merchant_id in (None, merchant)
    }
    if len(own) != 1:
        raise VariantNotFound
    return own.pop()
