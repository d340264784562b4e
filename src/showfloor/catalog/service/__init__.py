"""Use cases of `catalog`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from showfloor.catalog import queries, rules
from showfloor.catalog.errors import (
    PriceInvalid,
    ProductInvalid,
    ProductNotFound,
    SkuTaken,
    VariantNotFound,
)
from showfloor.catalog.events import PriceChanged, ProductChanged
from showfloor.catalog.service.editing import (
    NewValues,
    add_picture,
    add_typed_product,
    add_variant,
    all_prices,
    arrange_pictures,
    change_product,
    free_slug,
    lock_own_product,
    price_history,
)
from showfloor.catalog.types import (
    Known,
    NewProduct,
    Page,
    PricedProduct,
    PriceHistory,
    PriorPrice,
    Product,
    Stored,
    Text,
    TimedPrice,
    Variant,
)
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.kit.outbox import publish, publish_each
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants.service import get_merchants, sellable_by

__all__ = [
    "NewValues",
    "add_picture",
    "add_product",
    "add_typed_product",
    "add_variant",
    "all_prices",
    "arrange_pictures",
    "change_product",
    "check_own_variants",
    "end_timed_price",
    "find_known",
    "find_variants",
    "free_slug",
    "get_own_product",
    "get_priced_products",
    "get_products",
    "get_products_of_variants",
    "list_sellable_products",
    "lock_own_product",
    "lock_products",
    "note_timed_price",
    "options_text",
    "price_history",
    "price_products",
    "prices",
    "prices_since",
    "set_pictures",
    "set_price",
    "store_products",
]


async def add_product(session: Session, *, person: Person, product: NewProduct) -> Product:
    """A new product with its variants and first prices.

    Raises ProductNotFound for a foreign merchant, ProductInvalid, SkuTaken.
    """
    _check_seller(person, product.merchant_id)
    if found := rules.problems(product):
        raise ProductInvalid(problem="; ".join(found))
    added = _numbered(product)
    if not await queries.add_product(session, added, clock.now()):
        raise SkuTaken
    prices = [
        (variant.id, Money(amount, currency))
        for variant, new in zip(added.variants, product.variants, strict=True)
        for currency, amount in new.prices.items()
    ]
    await queries.add_prices(session, prices, clock.now())
    return added


async def set_price(session: Session, *, person: Person, variant_id: UUID, price: Money) -> None:
    """The price from now on. What is already held keeps its price.

    Raises VariantNotFound, PriceInvalid.
    """
    product = (await get_products_of_variants(session, [variant_id])).get(variant_id)
    if product is None or product.merchant_id not in person.merchant_ids:
        raise VariantNotFound
    if not rules.price_fits(price.currency, price.amount):
        raise PriceInvalid
    await queries.add_prices(session, [(variant_id, price)], clock.now())
    await publish(session, PriceChanged(product.id, variant_id, price.currency, price.amount))


async def get_products(session: Session, product_ids: Collection[UUID]) -> list[Product]:
    """In the order asked for; unknown ids are left out. Open to everybody: what is sold in a show
    is public.
    """
    found = await queries.products(session, product_ids)
    return [found[product_id] for product_id in product_ids if product_id in found]


async def merchants_of(session: Session, product_ids: Collection[UUID]) -> set[UUID]:
    """Who sells these."""
    return await queries.merchants_of(session, product_ids)


async def get_priced_products(
    session: Session, product_ids: Collection[UUID], currency: str
) -> dict[UUID, PricedProduct]:
    """By id, with today's prices; unknown ids are left out. Four statements however many."""
    return await price_products(session, await get_products(session, product_ids), currency)


async def price_products(
    session: Session, products: Collection[Product], currency: str
) -> dict[UUID, PricedProduct]:
    """Products that were read already, with today's prices, what these are reduced from, and
    their merchants.
    """
    now = clock.now()
    variants = [variant.id for product in products for variant in product.variants]
    history = await queries.price_history(
        session, variants, currency, now - rules.HISTORY_NEEDED, now
    )
    costs = {
        variant: Money(known.points[-1].amount, currency) for variant, known in history.items()
    }
    reduced = {
        variant: PriorPrice(Money(prior.amount, currency), prior.since)
        for variant, known in history.items()
        if (prior := rules.prior_price(known.points, now, known.timed)) is not None
    }
    sellers = await get_merchants(session, {product.merchant_id for product in products})
    return {
        product.id: PricedProduct(product, costs, sellers[product.merchant_id], reduced)
        for product in products
    }


async def get_products_of_variants(
    session: Session, variant_ids: Collection[UUID]
) -> dict[UUID, Product]:
    """The product that each variant belongs to; unknown ids are left out."""
    owners = await queries.owners(session, variant_ids)
    found = await queries.products(session, set(owners.values()))
    return {variant_id: found[product_id] for variant_id, product_id in owners.items()}


async def get_own_product(session: Session, *, person: Person, product_id: UUID) -> Product:
    """For the merchant's own people; raises ProductNotFound for a foreign one too."""
    found = (await queries.products(session, [product_id])).get(product_id)
    if found is None or found.merchant_id not in person.merchant_ids:
        raise ProductNotFound
    return found


async def set_no_withdrawal(
    session: Session, *, person: Person, product_id: UUID, exception: NoWithdrawal | None
) -> None:
    """Say that a product is of a class of goods from whose purchase buyers may not withdraw where
    the law says so; None: it is like any other. Orders keep what was said when they were placed.
    Raises ProductNotFound.
    """
    await get_own_product(session, person=person, product_id=product_id)
    await queries.set_no_withdrawal(session, product_id, exception)


async def find_variants(session: Session, *, sku: str) -> dict[UUID, UUID]:
    """The variants that merchants know under a SKU: merchant -> variant, because two merchants may
    use the same.
    """
    return await queries.variants_of_sku(session, sku)


async def list_sellable_products(
    session: Session,
    *,
    person: Person,
    merchant_id: UUID | None = None,
    limit: int = 50,
    cursor: UUID | None = None,
) -> Page:
    """What this person may put into a show, oldest first: their merchants' and, for a creator,
    those of merchants that agreed.
    """
    merchants = await sellable_by(session, person)
    chosen = merchants if merchant_id is None else merchants & {merchant_id}
    found = await queries.products_of(session, chosen, limit + 1, cursor)
    page = tuple(found[:limit])
    return Page(page, page[-1].id if len(found) > limit else None)


async def check_own_variants(
    session: Session, *, person: Person, variant_ids: Collection[UUID]
) -> None:
    """Raises VariantNotFound when one of them is not sold by this person's merchants."""
    found = await get_products_of_variants(session, variant_ids)
    if len(found) < len(set(variant_ids)) or any(
        product.merchant_id not in person.merchant_ids for product in found.values()
    ):
        raise VariantNotFound


async def prices(
    session: Session, variant_ids: Collection[UUID], currency: str
) -> dict[UUID, Money]:
    """What each variant costs now; variants without a price in that currency are left out and
    cannot be sold there.
    """
    return await queries.prices(session, variant_ids, currency, clock.now())


async def prices_since(
    session: Session, variant_id: UUID, currency: str, start: datetime
) -> PriceHistory:
    """What it cost from `start` until now, beginning with the price of that moment, if it had
    one.
    """
    found = await queries.price_history(session, [variant_id], currency, start, clock.now())
    return found.get(variant_id, PriceHistory())


async def note_timed_price(
    session: Session, price_id: UUID, *, variant_id: UUID, currency: str, asked: TimedPrice
) -> None:
    """In one way of selling, whose id is `price_id`, the variant costs this for a time: for the
    next 30 days no price is called reduced from more than that.
    """
    await queries.add_timed_price(session, price_id, variant_id, currency, asked)


async def end_timed_price(session: Session, price_id: UUID, at: datetime) -> None:
    """It was closed before its time; one that had not begun was never asked."""
    await queries.end_timed_price(session, price_id, at)


async def find_known(
    session: Session,
    *,
    merchant_id: UUID,
    keys: Collection[str],
    skus: Collection[str],
    slugs: Collection[str],
) -> Known:
    """What a merchant has of what a file of its own shop names; six statements however much."""
    by_key = await queries.keys_of(session, merchant_id, keys)
    by_sku = await queries.products_of_skus(session, merchant_id, skus)
    found = await queries.products(session, {*by_key.values(), *by_sku.values()})
    known = await queries.source_keys(session, found)
    taken = await queries.taken_slugs(session, merchant_id, slugs)
    return Known(found, by_key, by_sku, known, taken)


async def store_products(session: Session, *, stored: Collection[Stored]) -> None:
    """What an import makes of a merchant's products: new ones, and changes of known ones. Prices
    are added to their history. The import was asked for by the merchant's own people.
    """
    now = clock.now()
    await queries.store_products(session, stored, now)
    prices = [(variant, price) for each in stored for variant, price in each.prices.items()]
    await queries.add_prices(session, prices, now)
    await publish_each(
        session,
        [
            happened
            for each in stored
            if each.before is not None
            for happened in _changes(each, each.before)
        ],
    )


async def lock_products(session: Session, product_ids: Collection[UUID]) -> list[Product]:
    """For whoever changes their pictures: nobody else does until this transaction ends."""
    await queries.lock_products(session, product_ids)
    return await get_products(session, sorted(product_ids))


async def set_pictures(session: Session, *, changes: Collection[tuple[Product, Product]]) -> None:
    """Locked products as they were, and with other pictures. Says so where they differ."""
    differing = [(before, after) for before, after in changes if before != after]
    await queries.set_pictures(session, differing)
    await publish_each(session, [ProductChanged(after.id) for _, after in differing])


def _changes(stored: Stored, before: Product) -> list[PriceChanged | ProductChanged]:
    known = {variant.id for variant in before.variants}
    changes: list[PriceChanged | ProductChanged] = [
        PriceChanged(stored.product.id, variant, price.currency, price.amount)
        for variant, price in stored.prices.items()
        if variant in known
    ]
    if stored.product != before:
        changes.append(ProductChanged(stored.product.id))
    return changes


def options_text(product: Product, variant: Variant) -> Text:
    """`Sea salt, 250 ml` in every language."""
    return rules.options_text(product.options, variant.options)


def _check_seller(person: Person, merchant_id: UUID) -> None:
    if merchant_id not in person.merchant_ids:
        raise ProductNotFound


def _numbered(product: NewProduct) -> Product:
    variants = tuple(
        Variant(ids.new(), new.sku, new.options, new.pictures) for new in product.variants
    )
    return Product(
        id=ids.new(),
        merchant_id=product.merchant_id,
        slug=product.slug,
        name=product.name,
        summary=product.summary,
        description=product.description,
        options=product.options,
        pictures=product.pictures,
        variants=variants,
        no_withdrawal=product.no_withdrawal,
    )
