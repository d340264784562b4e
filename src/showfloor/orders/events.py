"""What happens to orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@event("orders.withdrawn.v1")
@dataclass(frozen=True, slots=True)
class OrderWithdrawn:
    """The buyer withdrew from the contract, for all goods of the order."""

    order_id: UUID
    merchant_id: UUID
    at: datetime


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
