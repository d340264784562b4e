"""A merchant's people change their products by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from showfloor.catalog import queries, rules
from showfloor.catalog.errors import (
    PicturesChanged,
    ProductInvalid,
    ProductNotFound,
    SkuTaken,
    TooManyPictures,
)
from showfloor.catalog.events import ProductChanged
from showfloor.catalog.imports.texts import code_of, mark, slug
from showfloor.catalog.types import (
    AddedVariant,
    OptionAxis,
    Picture,
    Product,
    ProductChange,
    SetPrice,
    StoredPicture,
    Text,
)
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.kit.outbox import publish

MOST_POINTS = 500
"""Of a price history that are shown."""


@dataclass(frozen=True, slots=True)
class NewValues:
    """What somebody types for a new product: `axes` are names by codes of their choice."""

    name: Text
    summary: Text
    description: Text
    axes: Mapping[str, Text]
    variants: Sequence[AddedVariant]


async def lock_own_product(session: Session, *, person: Person, product_id: UUID) -> Product:
    """Nobody else changes it until this transaction ends. Raises ProductNotFound."""
    await queries.lock_products(session, [product_id])
    session.expire_all()
    found = (await queries.products(session, [product_id])).get(product_id)
    if found is None or found.merchant_id not in person.merchant_ids:
        raise ProductNotFound
    return found


async def free_slug(session: Session, *, merchant_id: UUID, name: str, sku: str) -> str:
    """For the address of a product that somebody types."""
    wanted = slug(name) or f"p-{mark(sku)}"
    taken = await queries.taken_slugs(session, merchant_id, [wanted])
    return f"{wanted[:50]}-{mark(sku)}" if taken else wanted


async def add_typed_product(
    session: Session, *, person: Person, merchant_id: UUID | None, values: NewValues
) -> Product:
    """A product as somebody typed it, for the only merchant of this person where none is named.

    Raises ProductNotFound for a foreign merchant, ProductInvalid, SkuTaken.
    """
    seller = merchant_id or (
        next(iter(person.merchant_ids)) if len(person.merchant_ids) == 1 else None
    )
    if seller not in person.merchant_ids:
        raise ProductNotFound
    name, sku = values.name["en"], values.variants[0].sku
    empty = Product(
        id=ids.new(),
        merchant_id=seller,
        slug=await free_slug(session, merchant_id=seller, name=name, sku=sku),
        name=values.name,
        summary=values.summary,
        description=values.description,
        options=tuple(OptionAxis(code, name, ()) for code, name in values.axes.items()),
        pictures=(),
        variants=(),
    )
    product = empty
    for added in values.variants:
        product = _with_variant(product, added)
    if found := rules.product_problems(product):
        raise ProductInvalid(problem="; ".join(found))
    now = clock.now()
    if not await queries.add_product(session, product, now):
        raise SkuTaken
    prices = [
        (variant.id, Money(amount, currency))
        for variant, added in zip(product.variants, values.variants, strict=True)
        for currency, amount in added.prices.items()
    ]
    await queries.add_prices(session, prices, now)
    return product


def _with_variant(before: Product, added: AddedVariant) -> Product:
    """Raises ProductInvalid."""
    if found := rules.added_problems(before, added):
        raise ProductInvalid(problem="; ".join(found))
    codes = {axis: code_of(name["en"]) for axis, name in added.options.items()}
    after = rules.with_variant(before, added, ids.new(), codes)
    if found := rules.product_problems(after):
        raise ProductInvalid(problem="; ".join(found))
    return after


async def change_product(
    session: Session, *, person: Person, product_id: UUID, change: ProductChange
) -> Product:
    """Other words. Raises ProductNotFound, ProductInvalid."""
    before = await lock_own_product(session, person=person, product_id=product_id)
    after = replace(
        before,
        name=change.name or before.name,
        summary=change.summary or before.summary,
        description=change.description or before.description,
    )
    if found := rules.word_problems(after):
        raise ProductInvalid(problem="; ".join(found))
    if after != before:
        await queries.set_words(session, after)
        await publish(session, ProductChanged(product_id))
    return after


async def add_variant(
    session: Session, *, person: Person, product_id: UUID, added: AddedVariant
) -> Product:
    """One more, with its first prices. Raises ProductNotFound, ProductInvalid, SkuTaken."""
    before = await lock_own_product(session, person=person, product_id=product_id)
    after = _with_variant(before, added)
    new = after.variants[-1]
    if not await queries.add_variant(session, after):
        raise SkuTaken
    await queries.set_words(session, after)
    prices = [(new.id, Money(amount, currency)) for currency, amount in added.prices.items()]
    await queries.add_prices(session, prices, clock.now())
    await publish(session, ProductChanged(product_id))
    return after


async def add_picture(
    session: Session, *, person: Person, product_id: UUID, stored: StoredPicture
) -> Product:
    """Behind the others; the same picture again stays where it is. Raises ProductNotFound,
    TooManyPictures.
    """
    before = await lock_own_product(session, person=person, product_id=product_id)
    if any(picture.url == stored.url for picture in before.pictures):
        return before
    if len(before.pictures) >= rules.MOST_PICTURES:
        raise TooManyPictures(most=rules.MOST_PICTURES)
    new = Picture(stored.url, stored.width, stored.height, dict(before.name), {})
    return await _show(session, before, [*before.pictures, new])


async def arrange_pictures(
    session: Session, *, person: Person, product_id: UUID, urls: Sequence[str]
) -> Product:
    """Its pictures in a new order; those that are left out go. The files stay: orders show them.

    Raises ProductNotFound, PicturesChanged for one that is not there.
    """
    before = await lock_own_product(session, person=person, product_id=product_id)
    known = {picture.url: picture for picture in before.pictures}
    if not set(urls) <= known.keys() or len(set(urls)) < len(urls):
        raise PicturesChanged
    return await _show(session, before, [known[url] for url in urls])


async def _show(session: Session, before: Product, pictures: Sequence[Picture]) -> Product:
    after = rules.with_pictures(before, pictures)
    if after != before:
        await queries.set_pictures(session, [(before, after)])
        await publish(session, ProductChanged(after.id))
    return after


async def all_prices(
    session: Session, variant_ids: Collection[UUID]
) -> dict[UUID, tuple[Money, ...]]:
    """What each variant costs now, in every currency."""
    return await queries.all_prices(session, variant_ids, clock.now())


async def price_history(
    session: Session, *, person: Person, product_id: UUID
) -> list[tuple[str, SetPrice]]:
    """Every price of its variants with their SKUs, newest first. Raises ProductNotFound."""
    found = (await queries.products(session, [product_id])).get(product_id)
    if found is None or found.merchant_id not in person.merchant_ids:
        raise ProductNotFound
    skus = {variant.id: variant.sku for variant in found.variants}
    points = await queries.set_prices(session, skus.keys(), MOST_POINTS)
    return [(skus[point.variant_id], point) for point in points]
