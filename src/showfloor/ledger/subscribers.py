"""Reactions to what happens to orders."""

from __future__ import annotations

from dataclasses import dataclass

from showfloor.kit.db import Session
from showfloor.ledger import service
from showfloor.ledger.types import NO_FEES, Fees
from showfloor.orders.events import (
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderRefunded,
    OrderRefundFailed,
    OrderWithdrawn,
)


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Writes the books, with the fees that this installation takes."""

    fees: Fees = NO_FEES

    async def on_order_placed(self, session: Session, placed: OrderPlaced) -> None:
        await service.book_sale(session, placed.order_id, self.fees)

    async def on_order_refunded(self, session: Session, refunded: OrderRefunded) -> None:
        """What is left may all have arrived, or there may be nothing left to send."""
        await service.book_refund(session, refunded.order_id, refunded.refund_id, self.fees)
        await service.note_progress(session, refunded.order_id, self.fees)

    async def on_refund_failed(self, session: Session, failed: OrderRefundFailed) -> None:
        await service.book_failed_refund(session, failed.order_id, failed.refund_id, self.fees)
        await service.note_progress(session, failed.order_id, self.fees)

    async def on_order_cancelled(self, session: Session, cancelled: OrderCancelled) -> None:
        """Its money is a refund of its own."""
        await service.note_progress(session, cancelled.order_id, self.fees)

    async def on_order_withdrawn(self, session: Session, withdrawn: OrderWithdrawn) -> None:
        await service.note_progress(session, withdrawn.order_id, self.fees)

    async def on_order_delivered(self, session: Session, delivered: OrderDelivered) -> None:
        await service.note_progress(session, delivered.order_id, self.fees)
