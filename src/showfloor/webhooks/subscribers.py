"""Reactions to what happens to orders, shows and stock."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.ledger.events import PayoutSent
from showfloor.orders.events import (
    OrderCancelled,
    OrderPlaced,
    OrderRefunded,
    OrderReturned,
    OrderShipped,
)
from showfloor.shows.events import ShowEnded, ShowWentLive
from showfloor.stock.events import StockChanged
from showfloor.webhooks import service, views
from showfloor.webhooks.types import EventType


async def on_order_placed(session: Session, placed: OrderPlaced) -> None:
    await service.note_order_paid(session, order_id=placed.order_id, merchant_id=placed.merchant_id)


async def on_order_shipped(session: Session, shipped: OrderShipped) -> None:
    await service.note_order(
        session,
        EventType.ORDER_SHIPPED,
        order_id=shipped.order_id,
        merchant_id=shipped.merchant_id,
        content=lambda order: views.order_shipped(
            order, shipped.shipment_id, shipped.at, is_complete=shipped.is_complete
        ),
    )


async def on_order_refunded(session: Session, refunded: OrderRefunded) -> None:
    await service.note_order(
        session,
        EventType.ORDER_REFUNDED,
        order_id=refunded.order_id,
        merchant_id=refunded.merchant_id,
        content=lambda order: views.order_refunded(order, refunded.refund_id, refunded.at),
    )


async def on_order_cancelled(session: Session, cancelled: OrderCancelled) -> None:
    await service.note_order(
        session,
        EventType.ORDER_CANCELLED,
        order_id=cancelled.order_id,
        merchant_id=cancelled.merchant_id,
        content=lambda order: views.order_cancelled(order, cancelled.refund_id, cancelled.at),
    )


async def on_order_returned(session: Session, returned: OrderReturned) -> None:
    await service.note_order(
        session,
        EventType.ORDER_RETURNED,
        order_id=returned.order_id,
        merchant_id=returned.merchant_id,
        content=lambda order: views.order_returned(order, returned.return_id, returned.at),
    )


async def on_show_went_live(session: Session, live: ShowWentLive) -> None:
    await service.note_show_started(session, show_id=live.show_id, at=live.at)


async def on_show_ended(session: Session, ended: ShowEnded) -> None:
    await service.note_show_ended(session, show_id=ended.show_id, at=ended.at)


async def on_stock_changed(session: Session, changed: StockChanged) -> None:
    await service.note_stock(session, variant_ids=changed.variant_ids)


async def on_payout_sent(session: Session, sent: PayoutSent) -> None:
    await service.note_payout(
        session,
        payout_id=sent.payout_id,
        merchant_id=sent.merchant_id,
        amount=Money(sent.amount, sent.currency),
        at=sent.at,
    )
