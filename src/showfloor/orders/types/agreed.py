"""What was agreed: with whom, about which goods, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal, SalesContext
from showfloor.merchants.types import Identity


@dataclass(frozen=True, slots=True)
class Address:
    """Where the goods go. `country` is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    line2: str | None
    city: str
    postal_code: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """`language` is the one of the pages on which they bought, `viewer_id` their account if they
    were signed in, or claimed the order later.
    """

    email: str
    address: Address
    language: str = "en"
    viewer_id: UUID | None = None


LOST_LATER = (NoWithdrawal.SEALED_HYGIENE, NoWithdrawal.SEALED_MEDIA, NoWithdrawal.MIXED)
"""Goods from which a buyer may withdraw until their seal is broken or they are mixed with others,
after delivery, which no shop can know.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it was agreed."""

    variant_id: UUID
    product_id: UUID
    sku: str
    name: dict[str, str]
    options_text: dict[str, str]
    quantity: int
    unit_price: Money
    picture_url: str | None
    no_withdrawal: NoWithdrawal | None = None
    """The class of goods that it is, where the law of the buyer's country made it an exception to
    the right to withdraw when it was ordered.
    """
    discount_amount: int = 0
    """What a coupon took off the whole line, in minor units."""

    @property
    def may_be_withdrawn(self) -> bool:
        """What the buyer has not done with the goods yet takes no right away."""
        return self.no_withdrawal in (None, *LOST_LATER)

    @property
    def full(self) -> Money:
        """What it costs without a coupon."""
        return self.unit_price * self.quantity

    @property
    def discount(self) -> Money:
        return Money(self.discount_amount, self.unit_price.currency)

    @property
    def total(self) -> Money:
        """What is paid for it."""
        return self.full - self.discount

    def price_between(self, start: int, stop: int) -> Money:
        """What was paid for the pieces from number `start` (from 0) up to `stop`: a discount may
        not divide by the pieces, and these parts sum to `total` wherever the line is cut.
        """
        paid = self.total.amount
        part = paid * stop // self.quantity - paid * start // self.quantity
        return Money(part, self.unit_price.currency)


@dataclass(frozen=True, slots=True)
class Seller:
    """The merchant as it was then; `order_prefix` begins the order's number. `terms` are the
    versions that hold (merchants.types.SellerTerms).
    """

    merchant_id: UUID
    name: dict[str, str]
    order_prefix: str
    identity: Identity | None = None
    terms: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreedDelivery:
    """How the goods of one seller come, as the buyer chose it: handed over on `leaves` at the
    latest (None in quotes from before that was said), there from `earliest` to `latest`.
    `standard` is what the cheapest way would have cost then: all that goes back of delivery to a
    buyer who withdraws (Directive 2011/83/EU art 13(2)); None where nobody noted it.
    """

    option_id: UUID
    name: dict[str, str]
    price: Money
    earliest: date
    latest: date
    leaves: date | None = None
    standard: Money | None = None


class ReasonCode(StrEnum):
    """Each has a sentence in the messages (`price.<code>`)."""

    LINE = "line"
    COUPON = "coupon"
    DELIVERY = "delivery"
    DELIVERY_FREE = "delivery_free"
    DELIVERY_FREE_FROM = "delivery_free_from"
    DELIVERY_INCLUDED = "delivery_included"
    VAT_INCLUDED = "vat_included"
    VAT_NOT_SAID = "vat_not_said"
    VAT_EXPORT = "vat_export"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line of a sum is what it is: the fields fill the sentence of `code`. `rate` is in
    hundredths of a percent.
    """

    code: ReasonCode
    amount: Money
    name: dict[str, str] | None = None
    quantity: int | None = None
    unit: Money | None = None
    limit: Money | None = None
    country: str | None = None
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Vat:
    """Value added tax that is in the prices: of each line (in the order of the items) and of
    delivery by itself, so that they sum to `total`. `rate` is in hundredths of a percent.
    """

    country: str
    rate: int
    lines: tuple[Money, ...]
    delivery: Money
    total: Money


@dataclass(frozen=True, slots=True)
class AgreedCoupon:
    """A coupon that the buyer claimed and that was taken off: `lines` is how much of each line (in
    the order of the items), which sum to `amount`. `terms` are its sentences as they were shown, by
    language.
    """

    coupon_id: UUID
    claim_id: UUID
    name: dict[str, str]
    amount: Money
    lines: tuple[Money, ...]
    terms: dict[str, list[str]]

    @property
    def less(self) -> Money:
        """As it stands in a sum."""
        return Money(-self.amount.amount, self.amount.currency)


@dataclass(frozen=True, slots=True)
class Quote:
    """What one seller's part of a purchase costs, and why. `goods` is before a coupon. `delivery`
    is None where it is in the goods' prices: the seller has set no options. `vat` is None where the
    prices have none in them.
    """

    merchant_id: UUID
    country: str
    goods: Money
    total: Money
    reasons: tuple[Reason, ...]
    delivery: AgreedDelivery | None = None
    vat: Vat | None = None
    coupon: AgreedCoupon | None = None

    @property
    def is_export(self) -> bool:
        """No tax is in it: some may be due when the goods arrive."""
        return any(reason.code is ReasonCode.VAT_EXPORT for reason in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the purchase and with its order."""
        stored: dict[str, Any] = _QUOTE.dump_python(self, mode="json", exclude_none=True)
        return stored

    @staticmethod
    def of_json(stored: object) -> Quote:
        return _QUOTE.validate_python(stored)


_QUOTE = TypeAdapter(Quote)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What one merchant has to deliver of a paid checkout. `quote` is None for a purchase that
    began before there were any: its total is that of its goods. `send_by` is None where nothing was
    said of when the goods leave. `affiliate_id` as in `Order`.
    """

    checkout_id: UUID
    context: SalesContext
    seller: Seller
    items: tuple[Item, ...]
    currency: str
    buyer: Buyer
    quote: Quote | None = None
    send_by: datetime | None = None
    affiliate_id: UUID | None = None

    @property
    def total(self) -> Money:
        if self.quote is not None:
            return self.quote.total
        return money.total([item.total for item in self.items], self.currency)
