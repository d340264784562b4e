"""A purchase as others see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.money import Money
from showfloor.orders.types import Item, Order, Seller


class PaymentState(StrEnum):
    """`STARTED` is an intent whose answer we do not know yet.

    `VOIDING` is money that came too late and is being given back.
    """

    STARTED = "started"
    PENDING = "pending"
    NEEDS_CONFIRMATION = "needs_confirmation"
    PAID = "paid"
    DECLINED = "declined"
    VOIDING = "voiding"
    VOIDED = "voided"


class ProviderStatus(StrEnum):
    """What a provider says of a payment. `UNKNOWN`: it never heard of it."""

    PENDING = "pending"
    NEEDS_CONFIRMATION = "needs_confirmation"
    PAID = "paid"
    DECLINED = "declined"
    VOIDED = "voided"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """Where a purchase stands, for the buyer."""

    OPEN = "open"
    PENDING = "pending"
    NEEDS_CONFIRMATION = "needs_confirmation"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Method:
    """How the buyer pays: which provider, and what that provider needs to know. Never stored."""

    type: str
    number: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A charge to be made once: `payment_id` is the provider's idempotency key."""

    payment_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class Callback:
    """A verified call from a provider: something happened to this payment."""

    event_id: str
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line as the buyer agreed to it, and who sells it."""

    merchant_id: UUID
    item: Item


@dataclass(frozen=True, slots=True)
class Payment:
    id: UUID
    checkout_id: UUID
    provider: str
    amount: Money
    state: PaymentState


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is bought on one hold; the buyer's data stays inside."""

    id: UUID
    hold_id: UUID
    show_id: UUID
    total: Money
    lines: tuple[Agreed, ...]
    sellers: tuple[Seller, ...]


@dataclass(frozen=True, slots=True)
class Purchase:
    """A checkout with how far it has come. `expires_at` is the hold's deadline."""

    checkout: Checkout
    status: Status
    orders: tuple[Order, ...]
    expires_at: datetime
