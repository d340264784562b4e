"""What is sold in a show right now and for how much, kept for up to a second.

A thousand buyers of one drop ask for the same few rows. The price that is charged is the one that
is answered, so a price that is up to a second old harms nobody; a show that stops selling is closed
to buyers within that second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Picture, PricedProduct, Product, Variant
from showfloor.checkout import pricing
from showfloor.checkout.errors import NotDelivered, NotForSale
from showfloor.checkout.service.coupons import (
    NO_COUPONS,
    NO_DISCOUNTS,
    agreed_coupon,
    take_off,
)
from showfloor.checkout.types import (
    Agreed,
    Checkout,
    Coupons,
    Destination,
    Estimate,
    SellerQuote,
)
from showfloor.delivery import service as delivery
from showfloor.delivery.types import DeliveryOption, Offer
from showfloor.kit import clock, ids, money
from showfloor.kit.db import Database, Session
from showfloor.kit.money import Money
from showfloor.markets.service import find_tax, find_withdrawal_rule, get_market, is_in_union
from showfloor.markets.types import Market, SalesContext
from showfloor.merchants import service as merchants
from showfloor.merchants.types import TermsName
from showfloor.offers.types import Discounts
from showfloor.orders.types import AgreedCoupon, Item, ReasonCode, Seller
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
            no_withdrawal=self.product.no_withdrawal,
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
class Known:
    """Goods with what goes with them: how each of their sellers delivers, and what it lays down."""

    by_variant: Mapping[UUID, Goods]
    options: Mapping[UUID, tuple[DeliveryOption, ...]]
    terms: Mapping[UUID, tuple[TermsName, ...]]


@dataclass(frozen=True, slots=True)
class Offers:
    """`by_sku` has every variant on the shelf that has a price in the show's currency,
    `known` has all of them.
    """

    open: bool
    """Whether the show sells now."""
    context: SalesContext
    by_sku: Mapping[str, Goods]
    known: Known

    def countries_of(self, sku: str) -> frozenset[str]:
        """Where the seller of one of the goods in `by_sku` delivers them."""
        options = self.known.options[self.by_sku[sku].seller.merchant_id]
        return delivery.countries_of(options, get_market(self.context.market))


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

    async def agree(
        self, hold: Hold, to: Destination, chosen: Collection[UUID], coupons: Coupons = NO_COUPONS
    ) -> Checkout:
        """A new checkout for what is held and goes there: names, pictures, sellers and delivery as
        the buyer sees them now. They do not follow the catalog from here on; prices are the hold's.
        `chosen` are ways of delivery; a seller of whom none is chosen delivers by its cheapest. Of
        `coupons` those are taken off that apply.

        Raises NotDelivered.
        """
        lines, known = await self._agreed(hold)
        lines = [_under_law(line, hold.context, to) for line in lines]
        lines, discounts = take_off(lines, hold, coupons)
        found = estimate(lines, known, hold.context, to, chosen, discounts)
        if found.not_delivered:
            raise NotDelivered(extra={"skus": found.not_delivered})
        return Checkout(
            id=ids.new(),
            hold_id=hold.id,
            context=hold.context,
            total=found.total,
            lines=tuple(lines),
            sellers=tuple(each.seller for each in found.sellers),
            quotes=tuple(each.quote for each in found.sellers if each.quote is not None),
        )

    async def estimate(
        self, hold: Hold, to: Destination, chosen: Collection[UUID], coupons: Coupons = NO_COUPONS
    ) -> Estimate:
        """What is held, if it goes there: for a buyer who has not said yet."""
        lines, known = await self._agreed(hold)
        lines = [_under_law(line, hold.context, to) for line in lines]
        lines, discounts = take_off(lines, hold, coupons)
        return estimate(lines, known, hold.context, to, chosen, discounts)

    async def estimate_goods(
        self, show_id: UUID, sku: str, quantity: int, to: Destination
    ) -> Estimate:
        """Some pieces of what is in a show, if they go there. Raises ShowNotFound, NotForSale."""
        offers = await self.offers(show_id)
        if (goods := offers.by_sku.get(sku)) is None or goods.price is None:
            raise NotForSale(extra={"skus": [sku]})
        line = goods.agreed(Line(goods.variant_id, sku, quantity, goods.price))
        line = _under_law(line, offers.context, to)
        return estimate([line], offers.known, offers.context, to, ())

    async def _agreed(self, hold: Hold) -> tuple[list[Agreed], Known]:
        known = await self._known(hold)
        return [known.by_variant[line.variant_id].agreed(line) for line in hold.lines], known

    async def _known(self, hold: Hold) -> Known:
        """From what is kept, unless the product left the shelf since it was held."""
        if hold.context.show_id is not None:
            known = (await self.offers(hold.context.show_id)).known
            if hold.pieces.keys() <= known.by_variant.keys():
                return known
        return await self._load_variants(hold.pieces.keys(), hold.total.currency)

    async def _load(self, show_id: UUID) -> Offers:
        async with self._database.session() as session:
            show = await shows.get_show(session, show_id)
            priced = await catalog.get_priced_products(session, show.product_ids, show.currency)
            options = await _options(session, priced)
            terms = await _terms(session, priced)
        goods = list(_goods(priced.values(), terms))
        return Offers(
            open=show.sells,
            context=SalesContext.in_show(show_id, show.market),
            by_sku={each.variant.sku: each for each in goods if each.price is not None},
            known=Known({each.variant_id: each for each in goods}, options, terms),
        )

    async def _load_variants(self, variant_ids: Collection[UUID], currency: str) -> Known:
        async with self._database.session() as session:
            owners = await catalog.get_products_of_variants(session, variant_ids)
            products = {product.id: product for product in owners.values()}
            priced = await catalog.price_products(session, products.values(), currency)
            options = await _options(session, priced)
            terms = await _terms(session, priced)
        goods = {each.variant_id: each for each in _goods(priced.values(), terms)}
        return Known(goods, options, terms)


async def _options(
    session: Session, priced: Mapping[UUID, PricedProduct]
) -> dict[UUID, tuple[DeliveryOption, ...]]:
    return await delivery.options_of(session, {each.merchant.id for each in priced.values()})


async def _terms(
    session: Session, priced: Mapping[UUID, PricedProduct]
) -> dict[UUID, tuple[TermsName, ...]]:
    return await merchants.terms_of(session, {each.merchant.id for each in priced.values()})


def _under_law(line: Agreed, context: SalesContext, to: Destination) -> Agreed:
    """Only what the law of the buyer's country excepts from the right to withdraw is excepted,
    whatever the seller says of the goods.
    """
    said = line.item.no_withdrawal
    day = get_market(context.market).day(clock.now())
    if said is None or find_withdrawal_rule(said, to.country, day) is not None:
        return line
    return replace(line, item=replace(line.item, no_withdrawal=None))


def estimate(
    lines: Sequence[Agreed],
    known: Known,
    context: SalesContext,
    to: Destination,
    chosen: Collection[UUID],
    discounts: Discounts = NO_DISCOUNTS,
) -> Estimate:
    """What these lines cost if they go there, by seller; `discounts` are in their prices."""
    market, sellers = get_market(context.market), sorted({line.merchant_id for line in lines})
    names = {each.seller.merchant_id: each.seller for each in known.by_variant.values()}
    reached = [delivery.countries_of(known.options[each], market) for each in sellers]
    quotes = tuple(
        _seller_quote(
            names[each], lines, known, market, to, chosen, agreed_coupon(each, lines, discounts)
        )
        for each in sellers
    )
    offered = {offer.option.id for each in quotes for offer in each.offers}
    return Estimate(
        to=to,
        countries=tuple(sorted(frozenset.intersection(*reached))),
        sellers=quotes,
        currency=market.currency,
        gone=tuple(each for each in chosen if each not in offered),
        passed=discounts.passed,
    )


def _seller_quote(
    seller: Seller,
    lines: Sequence[Agreed],
    known: Known,
    market: Market,
    to: Destination,
    chosen: Collection[UUID],
    coupon: AgreedCoupon | None,
) -> SellerQuote:
    options, terms = known.options[seller.merchant_id], known.terms[seller.merchant_id]
    items = [line.item for line in lines if line.merchant_id == seller.merchant_id]
    skus = tuple(item.sku for item in items)
    kept = {item.sku: item.no_withdrawal for item in items if item.no_withdrawal is not None}
    # Before a coupon, so that taking one off never makes delivery dearer.
    goods = money.total([item.full for item in items], market.currency)
    if to.country not in delivery.countries_of(options, market):
        return SellerQuote(seller, skus, goods, (), None, terms, kept)
    day = market.day(clock.now())
    offers = delivery.offers(options, country=to.country, goods=goods, day=day, market=market)
    offer = _chosen(offers, chosen)
    tax = _tax(seller, market, to, day)
    standard = offers[0].price if offers else None
    quote = pricing.quote(
        seller.merchant_id, items, offer, to, tax, standard=standard, coupon=coupon
    )
    return SellerQuote(seller, skus, goods, tuple(offers), quote, terms, kept)


def _tax(seller: Seller, market: Market, to: Destination, day: date) -> pricing.Tax:
    """A seller without a number for value added tax shows none. Inside the European Union the
    buyer's country taxes, elsewhere the market's own; what leaves it is an export.
    """
    if seller.identity is None or not seller.identity["vat"]:
        return pricing.NoVat(ReasonCode.VAT_NOT_SAID, to.country)
    union = is_in_union(market.country) and is_in_union(to.country)
    if to.country != market.country and not union:
        return pricing.NoVat(ReasonCode.VAT_EXPORT, market.country)
    rule = find_tax(to.country, day)
    if rule is None:
        return pricing.NoVat(ReasonCode.VAT_NOT_SAID, to.country)
    return pricing.IncludedVat(to.country, rule.rate)


def _chosen(offers: Sequence[Offer], chosen: Collection[UUID]) -> Offer | None:
    """The chosen one, or the cheapest; None where the seller has set none."""
    wanted = next((offer for offer in offers if offer.option.id in chosen), None)
    return wanted or (offers[0] if offers else None)


def _goods(
    priced: Iterable[PricedProduct], terms: Mapping[UUID, tuple[TermsName, ...]]
) -> Iterable[Goods]:
    for each in priced:
        merchant = each.merchant
        seller = Seller(
            merchant.id,
            merchant.name,
            merchant.order_prefix,
            merchant.identity,
            tuple(each.id for each in terms[merchant.id]),
        )
        for variant in each.product.variants:
            yield Goods(variant.id, each.product, variant, each.prices.get(variant.id), seller)


def _picture(product: Product, variant: Variant) -> Picture | None:
    if variant.pictures:
        return product.pictures[variant.pictures[0]]
    return product.pictures[0] if product.pictures else None
