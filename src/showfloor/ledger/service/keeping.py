"""What each side keeps of a product, before it is pinned."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.ledger import queries, rules
from showfloor.ledger.errors import PartnerNotFound
from showfloor.ledger.service.agreeing import rates_of
from showfloor.ledger.types import Agreement, Fees, KeepCard, Way
from showfloor.markets.service import find_tax, get_market
from showfloor.merchants import service as merchants

MATURED, LOOKS_BACK = timedelta(days=30), timedelta(days=210)
"""Orders older than this have had most of their refunds; older ones tell of other goods."""
FEWEST = 20
"""Orders from which a share is learned."""


async def keep_card(
    session: Session,
    *,
    person: Person,
    product_id: UUID,
    market: str,
    creator_id: UUID | None,
    fees: Fees,
) -> KeepCard:
    """For the seller, and for creators who may show the product. `creator_id` is who would show it;
    for a creator it is the reader. Raises PartnerNotFound, MarketUnknown.
    """
    found = await catalog.get_products(session, [product_id])
    if not found or found[0].merchant_id not in await merchants.sellable_by(session, person):
        raise PartnerNotFound
    (product,) = found
    where, now = get_market(market), clock.now()
    if product.merchant_id not in person.merchant_ids:
        creator_id = person.creator_id
    rates = (
        await rates_of(session, product.merchant_id, creator_id, [product.id], now)
        if creator_id
        else [0]
    )
    tax = find_tax(where.country, where.day(now))
    orders, refund_rate = await _refunds(session, product)
    priced = await catalog.get_priced_products(session, [product.id], where.currency)
    prices = [price.amount for each in priced.values() for price in each.prices.values()]
    if not prices:
        raise PartnerNotFound
    keep = partial(
        rules.keep_of,
        min(prices),
        vat_rate=tax.rate if tax else 0,
        fees=fees,
        commission_rate=rates[0],
        refund_rate=refund_rate,
    )
    only = None if product.merchant_id in person.merchant_ids else person.creator_id
    link_rate = await _highest_link_rate(session, product, creator_id, rates[0], now, only=only)
    by_link = keep(link_rate=link_rate) if link_rate else None
    return KeepCard(product.id, product.name, where.currency, keep(), orders, by_link)


async def _highest_link_rate(
    session: Session,
    product: Product,
    host_id: UUID | None,
    host_rate: int,
    at: datetime,
    *,
    only: UUID | None,
) -> int:
    """Of all creators who may bring buyers, beside this host. `only` is a creator who reads of its
    own agreements alone: what the seller agreed with others is theirs.
    """
    agreed = await queries.agreements(session, merchant_ids=[product.merchant_id])
    by_creator: dict[UUID, list[Agreement]] = {}
    for each in agreed:
        if each.way is Way.LINK and only in (None, each.creator_id):
            by_creator.setdefault(each.creator_id, []).append(each)
    rates = [0]
    for creator_id, theirs in by_creator.items():
        found = rules.in_force(theirs, product.id, at)
        rate = found.rate if found else 0
        rates.append(rules.link_rate_beside(host_rate, rate, is_host=creator_id == host_id))
    return max(rates)


async def _refunds(session: Session, product: Product) -> tuple[int, int]:
    """(orders, hundredths of a percent) of the product's own past; of all of its seller's where
    that is too short.
    """
    now = clock.now()
    since, until = now - LOOKS_BACK, now - MATURED
    for product_id in (product.id, None):
        orders, rate = await queries.refund_share(
            session, product.merchant_id, product_id, since, until
        )
        if orders >= FEWEST:
            return orders, rate
    return 0, 0
