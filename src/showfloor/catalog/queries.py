"""All SQL of `catalog`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError

from showfloor.catalog.models import PriceRow, ProductRow, VariantRow
from showfloor.catalog.types import OptionAxis, OptionValue, Picture, Product, Text, Variant
from showfloor.kit.db import Session
from showfloor.kit.money import Money


async def add_product(session: Session, product: Product, now: datetime) -> bool:
    """The product and its variants; False when the merchant already uses a SKU or the slug."""
    row = {name: value for name, value in asdict(product).items() if name != "variants"} | {
        "created_at": now
    }
    variants = [
        asdict(variant)
        | {"product_id": product.id, "merchant_id": product.merchant_id, "position": position}
        for position, variant in enumerate(product.variants)
    ]
    try:
        async with session.begin_nested():
            await session.execute(insert(ProductRow).values(**row))
            await session.execute(insert(VariantRow), variants)
    except IntegrityError:
        return False
    return True


async def add_prices(
    session: Session, prices: Iterable[tuple[UUID, Money]], since: datetime
) -> None:
    """New prices beside the old ones."""
    rows = [
        {"variant_id": variant, "currency": price.currency, "amount": price.amount, "since": since}
        for variant, price in prices
    ]
    await session.execute(insert(PriceRow), rows)


async def prices(
    session: Session, variant_ids: Collection[UUID], currency: str, at: datetime
) -> dict[UUID, Money]:
    """What each variant cost at a moment; variants without a price in that currency are left
    out.
    """
    newest = (
        select(PriceRow.variant_id, PriceRow.amount)
        .where(
            PriceRow.variant_id.in_(variant_ids),
            PriceRow.currency == currency,
            PriceRow.since <= at,
        )
        .order_by(PriceRow.variant_id, PriceRow.since.desc(), PriceRow.id.desc())
        .ext(distinct_on(PriceRow.variant_id))
    )
    return {row.variant_id: Money(row.amount, currency) for row in await session.execute(newest)}


async def products(session: Session, product_ids: Collection[UUID]) -> dict[UUID, Product]:
    """Products with their variants, by id; two queries for any number."""
    rows = (
        (await session.execute(select(ProductRow).where(ProductRow.id.in_(product_ids))))
        .scalars()
        .all()
    )
    return await _with_variants(session, rows)


async def products_of(
    session: Session, merchant_ids: Collection[UUID], limit: int, after: UUID | None
) -> list[Product]:
    """A page of some merchants' products, oldest first."""
    page = (
        select(ProductRow)
        .where(ProductRow.merchant_id.in_(merchant_ids))
        .order_by(ProductRow.id)
        .limit(limit)
    )
    if after is not None:
        page = page.where(ProductRow.id > after)
    rows = (await session.execute(page)).scalars().all()
    return list((await _with_variants(session, rows)).values())


async def owners(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The product that each variant belongs to."""
    rows = await session.execute(
        select(VariantRow.id, VariantRow.product_id).where(VariantRow.id.in_(variant_ids))
    )
    return {row.id: row.product_id for row in rows}


async def variants_of_sku(session: Session, sku: str) -> dict[UUID, UUID]:
    """The variant of each merchant that uses a SKU."""
    rows = await session.execute(
        select(VariantRow.merchant_id, VariantRow.id).where(VariantRow.sku == sku)
    )
    return {row.merchant_id: row.id for row in rows}


async def _with_variants(session: Session, rows: Iterable[ProductRow]) -> dict[UUID, Product]:
    chosen = {row.id: row for row in rows}
    ordered = (
        select(VariantRow)
        .where(VariantRow.product_id.in_(chosen))
        .order_by(VariantRow.product_id, VariantRow.position)
    )
    variants: dict[UUID, list[Variant]] = {}
    for row in (await session.execute(ordered)).scalars():
        variants.setdefault(row.product_id, []).append(
            Variant(row.id, row.sku, row.options, tuple(row.pictures))
        )
    return {
        product_id: _product(row, variants.get(product_id, []))
        for product_id, row in chosen.items()
    }


def _product(row: ProductRow, variants: list[Variant]) -> Product:
    return Product(
        id=row.id,
        merchant_id=row.merchant_id,
        slug=row.slug,
        name=row.name,
        summary=row.summary,
        description=row.description,
        options=tuple(_axis(axis) for axis in row.options),
        pictures=tuple(Picture(**picture) for picture in row.pictures),
        variants=tuple(variants),
    )


class _StoredValue(TypedDict):
    code: str
    name: Text
    swatch: str | None


class _StoredAxis(TypedDict):
    """An element of the column `options`."""

    code: str
    name: Text
    values: list[_StoredValue]


def _axis(stored: _StoredAxis) -> OptionAxis:
    return OptionAxis(
        stored["code"], stored["name"], tuple(OptionValue(**value) for value in stored["values"])
    )
