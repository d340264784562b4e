"""The price engine: what one seller's part of a purchase costs, line by line, each with its reason.

Pure: goods at their prices, a way of delivery, a coupon and a tax go in, a sum that explains itself
comes out. What a coupon takes off each line is decided in `offers/rules/pricing.py`; nothing else
adds up money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from showfloor.checkout.types import Destination
from showfloor.delivery.types import Offer
from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.orders.types import (
    AgreedCoupon,
    AgreedDelivery,
    Item,
    Quote,
    Reason,
    ReasonCode,
    Vat,
)

WHOLE = 10_000
"""Hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """What a tax makes of some amounts: the tax that is in each of them, and why."""

    rate: int
    country: str
    amounts: tuple[Money, ...]


class Tax(Protocol):
    """How what a seller sells somewhere is taxed."""

    def split(self, amounts: Sequence[Money]) -> Taxed | None:
        """The tax that is in each of these; None where there is none."""

    def reason(self, total: Money) -> Reason:
        """`total` is the tax in all of them."""


@dataclass(frozen=True, slots=True)
class IncludedVat:
    """The prices have value added tax in them. Each amount is rounded by itself, half up, so that
    lines sum to their total.
    """

    country: str
    rate: int

    def split(self, amounts: Sequence[Money]) -> Taxed:
        shares = tuple(Money(_share(each.amount, self.rate), each.currency) for each in amounts)
        return Taxed(self.rate, self.country, shares)

    def reason(self, total: Money) -> Reason:
        return Reason(ReasonCode.VAT_INCLUDED, total, country=self.country, rate=self.rate)


@dataclass(frozen=True, slots=True)
class NoVat:
    """There is none in the prices that anybody could show: `code` says why."""

    code: ReasonCode
    country: str

    def split(self, amounts: Sequence[Money]) -> None:
        return None

    def reason(self, total: Money) -> Reason:
        return Reason(self.code, total, country=self.country)


def _share(gross: int, rate: int) -> int:
    """The tax in a gross amount, rounded half up, without a float."""
    return (2 * gross * rate + WHOLE + rate) // (2 * (WHOLE + rate))


def quote(
    merchant_id: UUID,
    items: Sequence[Item],
    offer: Offer | None,
    to: Destination,
    tax: Tax,
    *,
    standard: Money | None = None,
    coupon: AgreedCoupon | None = None,
) -> Quote:
    """The sum for at least one item. `offer` is how they are delivered; None where the seller's
    prices have it in them. `standard` is what the cheapest way would cost. `coupon` is what the
    discounts of the items come from.
    """
    currency = items[0].unit_price.currency
    goods = money.total([item.full for item in items], currency)
    delivery = _agreed(offer, standard) if offer else None
    nothing = Money(0, goods.currency)
    cost = delivery.price if delivery else nothing
    vat = _vat(tax, [*(item.total for item in items), cost], nothing)
    total = money.total([item.total for item in items], currency) + cost
    reasons = (
        *map(_line_reason, items),
        *([Reason(ReasonCode.COUPON, coupon.amount, name=coupon.name)] if coupon else []),
        _delivery_reason(offer, to, goods),
        tax.reason(vat.total if vat else nothing),
        Reason(ReasonCode.TOTAL, total),
    )
    return Quote(merchant_id, to.country, goods, total, reasons, delivery, vat, coupon)


def _vat(tax: Tax, amounts: Sequence[Money], nothing: Money) -> Vat | None:
    """The last amount is delivery, which is taxed as the goods are."""
    taxed = tax.split(amounts)
    if taxed is None:
        return None
    *lines, delivery = taxed.amounts
    total = money.total([*lines, delivery], nothing.currency)
    return Vat(taxed.country, taxed.rate, tuple(lines), delivery, total)


def _agreed(offer: Offer, standard: Money | None) -> AgreedDelivery:
    option = offer.option
    return AgreedDelivery(
        option.id,
        option.terms.name,
        offer.price,
        offer.earliest,
        offer.latest,
        offer.leaves,
        standard,
    )


def _line_reason(item: Item) -> Reason:
    return Reason(
        ReasonCode.LINE, item.full, name=item.name, quantity=item.quantity, unit=item.unit_price
    )


def _delivery_reason(offer: Offer | None, to: Destination, goods: Money) -> Reason:
    nothing = Money(0, goods.currency)
    if offer is None:
        return Reason(ReasonCode.DELIVERY_INCLUDED, nothing, country=to.country)
    terms = offer.option.terms
    if terms.free_from is not None and goods.amount >= terms.free_from:
        limit = Money(terms.free_from, goods.currency)
        return Reason(
            ReasonCode.DELIVERY_FREE_FROM,
            nothing,
            name=terms.name,
            limit=limit,
            country=to.country,
        )
    kind = ReasonCode.DELIVERY_FREE if offer.is_free else ReasonCode.DELIVERY
    return Reason(kind, offer.price, name=terms.name, country=to.country)
