"""Orders as others see them. Texts are {"en": …, "ar": …}."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.money import Money


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
    email: str
    address: Address


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

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Seller:
    """The merchant as it was called then; `order_prefix` begins the order's number."""

    merchant_id: UUID
    name: dict[str, str]
    order_prefix: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What one merchant has to deliver of a paid checkout."""

    checkout_id: UUID
    show_id: UUID
    seller: Seller
    items: tuple[Item, ...]
    currency: str
    buyer: Buyer


@dataclass(frozen=True, slots=True)
class Order:
    """`buyer` is None once the buyer's data was erased."""

    id: UUID
    number: str
    merchant_id: UUID
    seller_name: dict[str, str]
    show_id: UUID
    checkout_id: UUID
    items: tuple[Item, ...]
    total: Money
    placed_at: datetime
    buyer: Buyer | None


@dataclass(frozen=True, slots=True)
class Page:
    """`next_cursor` is None on the last page."""

    orders: tuple[Order, ...]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True)
class Sale:
    """What somebody bought, without who. `id` is the order's."""

    id: UUID
    at: datetime
    items: tuple[Item, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class Sales:
    """What a show sold: a total for each currency, and the newest sales first."""

    totals: tuple[Money, ...]
    orders: int
    units: int
    recent: tuple[Sale, ...]
