"""A small shop to test with: two merchants, their people, products with stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from showfloor.catalog import service as catalog
from showfloor.catalog.types import NewProduct, NewVariant, OptionAxis, OptionValue, Product, Text
from showfloor.identity.types import GrantKind, Person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext
from showfloor.merchants import service as merchants
from showfloor.merchants.types import Merchant
from showfloor.stock import service as stock
from showfloor.stock.types import Caller, Hold, Line, Stock
from tests.people import add_person


def words(english: str) -> Text:
    return {"en": english, "ar": f"«{english}»"}


@dataclass(frozen=True)
class Seller:
    merchant: Merchant
    person: Person


async def add_seller(database: Database, slug: str = "loamwick", prefix: str = "LW") -> Seller:
    async with database.session() as session:
        merchant = await merchants.add_merchant(
            session,
            slug=slug,
            name=words(slug),
            about=words("Sells things"),
            avatar_url=f"/{slug}.webp",
            order_prefix=prefix,
        )
        # In the database, as a file of orders asks again while it is written.
        owner = await add_person(session, slug, (GrantKind.MERCHANT, merchant.id))
    return Seller(merchant, owner)


def person(*merchant_ids: UUID, creator_id: UUID | None = None) -> Person:
    return Person(
        ids.new(),
        "Somebody",
        "somebody@example.com",
        frozenset(merchant_ids),
        creator_id,
        is_operator=False,
    )


async def add_product(
    database: Database,
    seller: Seller,
    skus: Sequence[str] = ("MUG",),
    on_hand: int = 50,
    price: int = 2200,
) -> Product:
    """One axis, one value for each SKU."""
    axis = OptionAxis(
        "model", words("Model"), tuple(OptionValue(sku.lower(), words(sku.title())) for sku in skus)
    )
    variants = tuple(
        NewVariant(sku, {"model": sku.lower()}, {"GBP": price, "USD": price + 600}) for sku in skus
    )
    draft = NewProduct(
        seller.merchant.id,
        "-".join(skus).lower(),
        words("Thing"),
        words("A thing"),
        words("Good."),
        variants,
        (axis,),
    )
    async with database.session() as session:
        added = await catalog.add_product(session, person=seller.person, product=draft)
        for variant in added.variants:
            await stock.set_on_hand(
                session, person=seller.person, variant_id=variant.id, on_hand=on_hand
            )
    return added


def line(product: Product, quantity: int = 1, index: int = 0, price: int = 2200) -> Line:
    variant = product.variants[index]
    return Line(variant.id, variant.sku, quantity, Money(price, "GBP"))


async def take(
    database: Database,
    *lines: Line,
    scope: UUID | None = None,
    context: SalesContext | None = None,
    key: str | None = None,
    previous: UUID | None = None,
    client: bytes | None = None,
    seconds: int = 300,
    batcher: stock.HoldBatcher | None = None,
) -> Hold:
    """In the show `scope`, or wherever `context` says. Without a `batcher` from another process."""
    if context is None:
        assert scope is not None
        context = SalesContext.in_show(scope, "gb")
    request = repr([(one.sku, one.quantity) for one in lines]).encode()
    return await stock.reserve(
        batcher or stock.HoldBatcher(database),
        context=context,
        caller=Caller(previous, client),
        key=key or ids.secret(),
        request=request,
        lines=lines,
        seconds=seconds,
    )


async def stock_now(database: Database, product: Product, index: int = 0) -> Stock:
    variant_id = product.variants[index].id
    async with database.session() as session:
        return (await stock.stock_of(session, [variant_id]))[variant_id]


async def let_expire(database: Database, *holds: UUID) -> None:
    """Move deadlines into the past; the database's clock is not ours to move."""
    async with database.session() as session:
        values = {"holds": list(holds)}
        for statement in (
            "update hold_line set expires_at = expires_at - interval '1 hour' where hold_id "
            "= any(:holds)",
            "update hold set expires_at = expires_at - interval '1 hour' where id = any(:holds)",
        ):
            await session.execute(text(statement), values)


async def execute(database: Database, statement: str) -> None:
    async with database.session() as session:
        await session.execute(text(statement))


async def scalar(database: Database, statement: str, **values: object) -> object:
    async with database.session() as session:
        return (await session.execute(text(statement), values)).scalar_one()
