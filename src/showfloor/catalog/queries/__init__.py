"""All SQL of `catalog`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, delete, insert, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError

from showfloor.catalog.models import PriceRow, ProductRow, TimedPriceRow, VariantRow
from showfloor.catalog.types import (
    OptionAxis,
    OptionValue,
    Picture,
    PriceHistory,
    PricePoint,
    Product,
    SetPrice,
    Stored,
    Text,
    TimedPrice,
    Variant,
)
from showfloor.kit.db import Base, Parameters, Session
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal


async def add_product(session: Session, product: Product, now: datetime) -> bool:
    """The product and its variants; False when the merchant already uses a SKU or the slug."""
    row = {name: value for name, value in asdict(product).items() if name != "variants"} | {
        "created_at": now,
        "no_withdrawal": product.no_withdrawal.value if product.no_withdrawal else None,
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
    if rows:
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


async def price_history(
    session: Session, variant_ids: Collection[UUID], currency: str, after: datetime, until: datetime
) -> dict[UUID, PriceHistory]:
    """The prices of a time in the order in which they were set, before them that with which it
    began, and what was asked beside them; variants without a price in that currency are left out.
    """
    chosen = PriceRow.variant_id.in_(variant_ids), PriceRow.currency == currency
    never = literal(None, DateTime(timezone=True)).label("until")
    columns = PriceRow.variant_id, PriceRow.since, PriceRow.id, PriceRow.amount, never
    first = (
        select(*columns)
        .where(*chosen, PriceRow.since <= after)
        .order_by(PriceRow.variant_id, PriceRow.since.desc(), PriceRow.id.desc())
        .ext(distinct_on(PriceRow.variant_id))
        .subquery()
    )
    later = select(*columns).where(*chosen, PriceRow.since > after, PriceRow.since <= until)
    timed = select(
        TimedPriceRow.variant_id,
        TimedPriceRow.since,
        literal(0, BigInteger).label("id"),
        TimedPriceRow.amount,
        TimedPriceRow.until,
    ).where(
        TimedPriceRow.variant_id.in_(variant_ids),
        TimedPriceRow.currency == currency,
        TimedPriceRow.since <= until,
        TimedPriceRow.until > after,
    )
    found = union_all(select(first), later, timed).subquery()
    ordered = select(found).order_by(found.c.variant_id, found.c.since, found.c.id)
    points: dict[UUID, list[PricePoint]] = {}
    beside: dict[UUID, list[TimedPrice]] = {}
    for row in await session.execute(ordered):
        if row.until is None:
            points.setdefault(row.variant_id, []).append(PricePoint(row.since, row.amount))
        else:
            spell = TimedPrice(row.since, row.until, row.amount)
            beside.setdefault(row.variant_id, []).append(spell)
    return {
        variant: PriceHistory(tuple(told), tuple(beside.get(variant, ())))
        for variant, told in points.items()
    }


async def add_timed_price(
    session: Session, price_id: UUID, variant_id: UUID, currency: str, price: TimedPrice
) -> None:
    row = {"id": price_id, "variant_id": variant_id, "currency": currency, **asdict(price)}
    await session.execute(insert(TimedPriceRow).values(row))


async def end_timed_price(session: Session, price_id: UUID, at: datetime) -> None:
    """It is asked until then and no longer; before it began it never was."""
    await session.execute(
        delete(TimedPriceRow).where(TimedPriceRow.id == price_id, TimedPriceRow.since >= at)
    )
    await session.execute(
        update(TimedPriceRow)
        .where(TimedPriceRow.id == price_id, TimedPriceRow.until > at)
        .values(until=at)
    )


async def all_prices(
    session: Session, variant_ids: Collection[UUID], at: datetime
) -> dict[UUID, tuple[Money, ...]]:
    """What each variant cost at a moment, in every currency, in the order of their codes."""
    newest = (
        select(PriceRow.variant_id, PriceRow.currency, PriceRow.amount)
        .where(PriceRow.variant_id.in_(variant_ids), PriceRow.since <= at)
        .order_by(PriceRow.variant_id, PriceRow.currency, PriceRow.since.desc(), PriceRow.id.desc())
        .ext(distinct_on(PriceRow.variant_id, PriceRow.currency))
    )
    found: dict[UUID, tuple[Money, ...]] = {}
    for row in await session.execute(newest):
        price = Money(row.amount, row.currency)
        found[row.variant_id] = (*found.get(row.variant_id, ()), price)
    return found


async def set_prices(session: Session, variant_ids: Collection[UUID], most: int) -> list[SetPrice]:
    """Every price that variants had, newest first."""
    chosen = (
        select(PriceRow.variant_id, PriceRow.currency, PriceRow.amount, PriceRow.since)
        .where(PriceRow.variant_id.in_(variant_ids))
        .order_by(PriceRow.since.desc(), PriceRow.id.desc())
        .limit(most)
    )
    return [
        SetPrice(row.variant_id, Money(row.amount, row.currency), row.since)
        for row in await session.execute(chosen)
    ]


async def products(session: Session, product_ids: Collection[UUID]) -> dict[UUID, Product]:
    """Products with their variants, by id; two queries for any number."""
    rows = (
        (await session.execute(select(ProductRow).where(ProductRow.id.in_(product_ids))))
        .scalars()
        .all()
    )
    return await _with_variants(session, rows)


async def merchants_of(session: Session, product_ids: Collection[UUID]) -> set[UUID]:
    chosen = select(ProductRow.merchant_id).where(ProductRow.id.in_(product_ids)).distinct()
    return set((await session.execute(chosen)).scalars())


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


async def keys_of(session: Session, merchant_id: UUID, keys: Collection[str]) -> dict[str, UUID]:
    """The products of a merchant by what its own shop knows them by."""
    chosen = select(ProductRow.source_key, ProductRow.id).where(
        ProductRow.merchant_id == merchant_id, ProductRow.source_key.in_(keys)
    )
    return {row.source_key: row.id for row in await session.execute(chosen)}


async def source_keys(session: Session, product_ids: Collection[UUID]) -> dict[UUID, str]:
    """Of the products that came from another shop."""
    chosen = select(ProductRow.id, ProductRow.source_key).where(
        ProductRow.id.in_(product_ids), ProductRow.source_key.is_not(None)
    )
    return {row.id: row.source_key for row in await session.execute(chosen)}


async def products_of_skus(
    session: Session, merchant_id: UUID, skus: Collection[str]
) -> dict[str, UUID]:
    chosen = select(VariantRow.sku, VariantRow.product_id).where(
        VariantRow.merchant_id == merchant_id, VariantRow.sku.in_(skus)
    )
    return {row.sku: row.product_id for row in await session.execute(chosen)}


async def taken_slugs(
    session: Session, merchant_id: UUID, slugs: Collection[str]
) -> frozenset[str]:
    chosen = select(ProductRow.slug).where(
        ProductRow.merchant_id == merchant_id, ProductRow.slug.in_(slugs)
    )
    return frozenset((await session.execute(chosen)).scalars())


async def store_products(session: Session, stored: Collection[Stored], now: datetime) -> None:
    """New products, and what became of known ones; a few statements however many."""
    new = [each for each in stored if each.before is None]
    known = [(each, each.before) for each in stored if each.before is not None]
    await _insert(session, ProductRow, [_new_row(each, now) for each in new])
    await _update(
        session, ProductRow, [_row(each) for each, before in known if each.product != before]
    )
    changed, added = list[Parameters](), list[Parameters]()
    for each in stored:
        places = enumerate(each.before.variants) if each.before else ()
        were = {variant.id: (position, variant) for position, variant in places}
        for position, variant in enumerate(each.product.variants):
            if variant.id not in were:
                added.append(_variant_row(each.product, position, variant))
            elif were[variant.id] != (position, variant):
                changed.append(_variant_row(each.product, position, variant))
    await _update(session, VariantRow, changed)
    await _insert(session, VariantRow, added)


async def lock_products(session: Session, product_ids: Collection[UUID]) -> None:
    """In one order for everybody."""
    chosen = select(ProductRow.id).where(ProductRow.id.in_(product_ids)).order_by(ProductRow.id)
    await session.execute(chosen.with_for_update())


async def set_words(session: Session, product: Product) -> None:
    """Name, summary, description and options of a product that is there."""
    values = {
        "name": product.name,
        "summary": product.summary,
        "description": product.description,
        "options": [asdict(axis) for axis in product.options],
    }
    await session.execute(update(ProductRow).where(ProductRow.id == product.id).values(**values))


async def add_variant(session: Session, product: Product) -> bool:
    """The last variant of a product is new; False when the merchant already uses its SKU."""
    position = len(product.variants) - 1
    try:
        async with session.begin_nested():
            await session.execute(
                insert(VariantRow), [_variant_row(product, position, product.variants[-1])]
            )
    except IntegrityError:
        return False
    return True


async def set_no_withdrawal(
    session: Session, product_id: UUID, exception: NoWithdrawal | None
) -> None:
    """Which class of goods the product is from now on."""
    value = exception.value if exception else None
    await _update(session, ProductRow, [{"id": product_id, "no_withdrawal": value}])


async def set_pictures(session: Session, changes: Collection[tuple[Product, Product]]) -> None:
    """The pictures of products, and which of them each variant has."""
    await _update(
        session,
        ProductRow,
        [
            {"id": after.id, "pictures": [asdict(picture) for picture in after.pictures]}
            for before, after in changes
            if before.pictures != after.pictures
        ],
    )
    known = {variant.id: variant for before, _ in changes for variant in before.variants}
    await _update(
        session,
        VariantRow,
        [
            {"id": variant.id, "pictures": list(variant.pictures)}
            for _, after in changes
            for variant in after.variants
            if known[variant.id].pictures != variant.pictures
        ],
    )


def _new_row(stored: Stored, now: datetime) -> Parameters:
    return {
        **_row(stored),
        "merchant_id": stored.product.merchant_id,
        "slug": stored.product.slug,
        "pictures": [asdict(picture) for picture in stored.product.pictures],
        "created_at": now,
    }


def _row(stored: Stored) -> Parameters:
    product = stored.product
    return {
        "id": product.id,
        "name": product.name,
        "summary": product.summary,
        "description": product.description,
        "options": [asdict(axis) for axis in product.options],
        "source_key": stored.source_key,
    }


def _variant_row(product: Product, position: int, variant: Variant) -> Parameters:
    return {
        "id": variant.id,
        "product_id": product.id,
        "merchant_id": product.merchant_id,
        "sku": variant.sku,
        "options": variant.options,
        "pictures": list(variant.pictures),
        "position": position,
    }


async def _insert(session: Session, table: type[Base], rows: list[Parameters]) -> None:
    if rows:
        await session.execute(insert(table), rows)


async def _update(session: Session, table: type[Base], rows: list[Parameters]) -> None:
    """By primary key, each row's other columns."""
    if rows:
        await session.execute(update(table), rows)


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
        no_withdrawal=NoWithdrawal(row.no_withdrawal) if row.no_withdrawal else None,
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
