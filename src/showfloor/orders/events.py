"""What happens to orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@event("orders.withdrawn.v1")
@dataclass(frozen=True, slots=True)
class OrderWithdrawn:
    """The buyer withdrew from the contract: for all goods of the order, or for those of
    `withdrawal_id`.
    """

    order_id: UUID
    merchant_id: UUID
    at: datetime
    withdrawal_id: UUID | None = None


@event("orders.placed.v1")
@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """Paid for and to be delivered. `amount` is in minor units of `currency`; `show_id` is the show
    that sold it, if one did.

    No word about the buyer.
    """

    order_id: UUID
    merchant_id: UUID
    kind: str
    market: str
    show_id: UUID | None
    currency: str
    amount: int
    units: int
    at: datetime


@event("orders.shipped.v1")
@dataclass(frozen=True, slots=True)
class OrderShipped:
    """A parcel was handed over. `is_complete`: nothing of the order is left to send."""

    order_id: UUID
    merchant_id: UUID
    shipment_id: UUID
    units: int
    is_complete: bool
    at: datetime


@event("orders.delivered.v1")
@dataclass(frozen=True, slots=True)
class OrderDelivered:
    """A parcel arrived, `at` that moment; other parcels may still be on their way."""

    order_id: UUID
    merchant_id: UUID
    shipment_id: UUID
    at: datetime


@event("orders.refunded.v1")
@dataclass(frozen=True, slots=True)
class OrderRefunded:
    """The provider has given money back. `amount` is in minor units of `currency`, `units` are the
    pieces that it was for; `cause` is "refund", or "cancel" beside an `OrderCancelled`.
    """

    order_id: UUID
    merchant_id: UUID
    refund_id: UUID
    cause: str
    currency: str
    amount: int
    units: int
    at: datetime


@event("orders.refund_failed.v1")
@dataclass(frozen=True, slots=True)
class OrderRefundFailed:
    """Money that the provider had given back came back from the buyer's bank: the seller has it
    again, and owes it. `amount` is in minor units of `currency`.
    """

    order_id: UUID
    merchant_id: UUID
    refund_id: UUID
    currency: str
    amount: int
    at: datetime


@event("orders.returned.v1")
@dataclass(frozen=True, slots=True)
class OrderReturned:
    """The merchant has pieces back; money is given back by a refund of its own. `damaged` of the
    `units` are worth less.
    """

    order_id: UUID
    merchant_id: UUID
    return_id: UUID
    units: int
    damaged: int
    at: datetime


@event("orders.cancelled.v1")
@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """What had not been sent will not be; its money has gone back. `units` are these pieces."""

    order_id: UUID
    merchant_id: UUID
    refund_id: UUID
    units: int
    at: datetime
