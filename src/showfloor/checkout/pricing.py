"""The price engine: what one seller's part of a purchase costs, line by line, each with its reason.

Pure: goods at their prices and a way of delivery go in, a sum that explains itself comes out. What
comes later (taxes, coupons) is a further step here, so that nothing else adds up money.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from showfloor.checkout.types import Destination
from showfloor.delivery.types import Offer
from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.orders.types import AgreedDelivery, Item, Quote, Reason, ReasonCode


def quote(merchant_id: UUID, items: Sequence[Item], offer: Offer | None, to: Destination) -> Quote:
    """The sum for at least one item. `offer` is how they are delivered; None where the seller's
    prices have it in them.
    """
    goods = money.total([item.total for item in items], items[0].unit_price.currency)
    delivery = _agreed(offer) if offer else None
    total = goods + delivery.price if delivery else goods
    reasons = [
        *map(_line_reason, items),
        _delivery_reason(offer, to, goods),
        Reason(ReasonCode.TOTAL, total),
    ]
    return Quote(merchant_id, to.country, goods, total, tuple(reasons), delivery)


def _agreed(offer: Offer) -> AgreedDelivery:
    option = offer.option
    return AgreedDelivery(option.id, option.terms.name, offer.price, offer.earliest, offer.latest)


def _line_reason(item: Item) -> Reason:
    return Reason(
        ReasonCode.LINE, item.total, name=item.name, quantity=item.quantity, unit=item.unit_price
    )


def _delivery_reason(offer: Offer | None, to: Destination, goods: Money) -> Reason:
    nothing = Money(0, goods.currency)
    if offer is None:
        return Reason(ReasonCode.DELIVERY_INCLUDED, nothing, country=to.country)
    terms = offer.option.terms
    if terms.free_from is not None and goods.amount >= terms.free_from:
        limit = Money(terms.free_from, goods.currency)
        return Reason(
            ReasonCode.DELIVERY_FREE_FROM, nothing, name=terms.name, limit=limit, country=to.country
        )
    kind = ReasonCode.DELIVERY_FREE if offer.is_free else ReasonCode.DELIVERY
    return Reason(kind, offer.price, name=terms.name, country=to.country)
