"""What happens to money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@event("payout.sent.v1")
@dataclass(frozen=True, slots=True)
class PayoutSent:
    """A merchant's payout went to the bank. `amount` is in minor units of `currency`."""

    payout_id: UUID
    merchant_id: UUID
    currency: str
    amount: int
    at: datetime
