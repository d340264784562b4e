"""What happens to orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@event("orders.placed.v1")
@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """Paid for and to be delivered. `amount` is in minor units of `currency`.

    No word about the buyer.
    """

    order_id: UUID
    merchant_id: UUID
    show_id: UUID
    currency: str
    amount: int
    units: int
    at: datetime
