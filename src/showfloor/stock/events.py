"""What happens to stock."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.kit.outbox import event


@event("stock.changed.v1")
@dataclass(frozen=True, slots=True)
class StockChanged:
    """Somebody said how many pieces there are of these variants. What is sold says
    `orders.placed.v1`; what is held says nobody, it changes too often.
    """

    variant_ids: tuple[UUID, ...]
