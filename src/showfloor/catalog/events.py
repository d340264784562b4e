"""What happens in `catalog`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.kit.outbox import event


@event("catalog.price_changed.v1")
@dataclass(frozen=True, slots=True)
class PriceChanged:
    """`amount` is in minor units of `currency` and holds from now on."""

    product_id: UUID
    variant_id: UUID
    currency: str
    amount: int


@event("catalog.product_changed.v1")
@dataclass(frozen=True, slots=True)
class ProductChanged:
    """Its texts, options, variants or pictures."""

    product_id: UUID
