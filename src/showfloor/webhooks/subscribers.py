"""Reactions to what happens to orders, shows and stock."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.orders.events import OrderPlaced
from showfloor.shows.events import ShowEnded, ShowWentLive
from showfloor.stock.events import StockChanged
from showfloor.webhooks import service


async def on_order_placed(session: Session, placed: OrderPlaced) -> None:
    await service.note_order_paid(session, order_id=placed.order_id, merchant_id=placed.merchant_id)


async def on_show_went_live(session: Session, live: ShowWentLive) -> None:
    await service.note_show_started(session, show_id=live.show_id, at=live.at)


async def on_show_ended(session: Session, ended: ShowEnded) -> None:
    await service.note_show_ended(session, show_id=ended.show_id, at=ended.at)


async def on_stock_changed(session: Session, changed: StockChanged) -> None:
    await service.note_stock(session, variant_ids=changed.variant_ids)
