"""Reactions to what happens to orders."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.notices import service
from showfloor.notices.types import MailKind
from showfloor.orders.events import OrderPlaced, OrderWithdrawn


async def on_order_placed(session: Session, placed: OrderPlaced) -> None:
    await service.note_mail(session, kind=MailKind.ORDER_CONFIRMED, order_id=placed.order_id)


async def on_order_withdrawn(session: Session, withdrawn: OrderWithdrawn) -> None:
    await service.note_mail(session, kind=MailKind.WITHDRAWAL_RECEIVED, order_id=withdrawn.order_id)
