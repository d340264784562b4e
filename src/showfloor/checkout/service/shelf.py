"""What is sold in a show right now and for how much, kept for up to a second.

A thousand buyers of one drop ask for the same few rows. The price that is charged is the one that
is answered, so a price that is up to a second old harms nobody; a show that stops selling is closed
to buyers within that second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Picture, PricedProduct, Product, Variant
from showfloor.checkout.types import Agreed, Checkout
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext
from showfloor.orders.types import Item, Seller
from showfloor.shows import service as shows
from showfloor.stock.types import Hold, Line

SECONDS = 1.0
_MOST_SHOWS = 500


@dataclass(frozen=True, slots=True)
class Goods:
    """A variant as the buyer sees it now, and who sells it. `price` is None where it has none."""

    variant_id: UUID
    product: Product
    variant: Variant
    price: Money | None
    seller: Seller

    def agreed(self, line: Line) -> Agreed:
        """The line of a hold, with the name and the picture that go with it."""
        picture = _picture(self.product, self.variant)
        item = Item(
            variant_id=self.variant_id,
            product_id=self.product.id,
            sku=line.sku,
            name=self.product.name,
            options_text=catalog.options_text(self.product, self.variant),
            quantity=line.quantity,
            unit_price=line.unit_price,
            picture_url=picture.url if picture else None,
        )
        return Agreed(self.seller.merchant_id, item)


@dataclass(frozen=True, slots=True)
class Offers:
    """`by_sku` has every variant on the shelf that has a price in the show's currency,
    `by_variant` all of them.
    """

    open: bool
    """Whether the show sells now."""
    context: SalesContext
    by_sku: Mapping[str, Goods]
    by_variant: Mapping[UUID, Goods]


class Shelf:
    """One for each process."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._loading: dict[UUID, tuple[float, asyncio.Task[Offers]]] = {}

    async def offers(self, show_id: UUID) -> Offers:
        """Raises ShowNotFound. Buyers who ask at once wait for one answer."""
        found = self._loading.get(show_id)
        if found is None or clock.monotonic() - found[0] > self._seconds:
            if len(self._loading) >= _MOST_SHOWS:
                self._loading.clear()
            found = clock.monotonic(), asyncio.create_task(self._load(show_id))
            self._loading[show_id] = found
        try:
            # Shielded: a buyer who hangs up must not take the answer from the others.
            return await asyncio.shield(found[1])
        except Exception:
            self._loading.pop(show_id, None)
            raise

    async def agree(self, hold: Hold) -> Checkout:
        """A new checkout for what is held: names, pictures and sellers as the buyer sees them now.
        They do not follow the catalog from here on; prices are the hold's.
        """
        goods = await self._goods(hold)
        sellers = {goods[line.variant_id].seller.merchant_id for line in hold.lines}
        by_id = {each.seller.merchant_id: each.seller for each in goods.values()}
        return Checkout(
            id=ids.new(),
            hold_id=hold.id,
            context=hold.context,
            total=hold.total,
            lines=tuple(goods[line.variant_id].agreed(line) for line in hold.lines),
            sellers=tuple(by_id[merchant_id] for merchant_id in sorted(sellers)),
        )

    async def _goods(self, hold: Hold) -> Mapping[UUID, Goods]:
        """From what is kept, unless the product left the shelf since it was held."""
        if hold.context.show_id is not None:
            known = (await self.offers(hold.context.show_id)).by_variant
            if hold.pieces.keys() <= known.keys():
                return known
        return await self._load_variants(hold.pieces.keys(), hold.total.currency)

    async def _load(self, show_id: UUID) -> Offers:
        async with self._database.session() as session:
            show = await shows.get_show(session, show_id)
            priced = await catalog.get_priced_products(session, show.product_ids, show.currency)
        goods = list(_goods(priced.values()))
        return Offers(
            open=show.sells,
            context=SalesContext.in_show(show_id, show.market),
            by_sku={each.variant.sku: each for each in goods if each.price is not None},
            by_variant={each.variant_id: each for each in goods},
        )

    async def _load_variants(
        self, variant_ids: Collection[UUID], currency: str
    ) -> Mapping[UUID, Goods]:
        async with self._database.session() as session:
            owners = await catalog.get_products_of_variants(session, variant_ids)
            products = {product.id: product for product in owners.values()}
            priced = await catalog.price_products(session, products.values(), currency)
        return {each.variant_id: each for each in _goods(priced.values())}


def _goods(priced: Iterable[PricedProduct]) -> Iterable[Goods]:
    for each in priced:
        merchant = each.merchant
        seller = Seller(merchant.id, merchant.name, merchant.order_prefix, merchant.identity)
        for variant in each.product.variants:
            yield Goods(variant.id, each.product, variant, each.prices.get(variant.id), seller)


def _picture(product: Product, variant: Variant) -> Picture | None:
    if variant.pictures:
        return product.pictures[variant.pictures[0]]
    return product.pictures[0] if product.pictures else None
