"""Reactions to what happens to orders, and to what viewers ask for."""

from __future__ import annotations

from showfloor.identity.events import MemberInvited
from showfloor.kit.db import Session
from showfloor.notices import service
from showfloor.notices.types import MailKind
from showfloor.orders.events import (
    OrderCancelled,
    OrderPlaced,
    OrderRefunded,
    OrderReturned,
    OrderShipped,
    OrderWithdrawn,
)
from showfloor.orders.types import RefundCause
from showfloor.viewers.events import SignInAsked


async def on_order_placed(session: Session, placed: OrderPlaced) -> None:
    await service.note_mail(session, kind=MailKind.ORDER_CONFIRMED, order_id=placed.order_id)


async def on_order_withdrawn(session: Session, withdrawn: OrderWithdrawn) -> None:
    await service.note_mail(
        session,
        kind=MailKind.WITHDRAWAL_RECEIVED,
        order_id=withdrawn.order_id,
        about=withdrawn.withdrawal_id,
    )


async def on_order_shipped(session: Session, shipped: OrderShipped) -> None:
    await service.note_mail(
        session,
        kind=MailKind.ORDER_SHIPPED,
        order_id=shipped.order_id,
        about=shipped.shipment_id,
    )


async def on_order_refunded(session: Session, refunded: OrderRefunded) -> None:
    """A cancellation has a mail of its own, which says the sum."""
    if refunded.cause == RefundCause.CANCEL.value:
        return
    await service.note_mail(
        session,
        kind=MailKind.ORDER_REFUNDED,
        order_id=refunded.order_id,
        about=refunded.refund_id,
    )


async def on_order_cancelled(session: Session, cancelled: OrderCancelled) -> None:
    await service.note_mail(
        session,
        kind=MailKind.ORDER_CANCELLED,
        order_id=cancelled.order_id,
        about=cancelled.refund_id,
    )


async def on_order_returned(session: Session, returned: OrderReturned) -> None:
    await service.note_mail(
        session,
        kind=MailKind.ORDER_RETURNED,
        order_id=returned.order_id,
        about=returned.return_id,
    )


async def on_sign_in_asked(session: Session, asked: SignInAsked) -> None:
    await service.note_mail(session, kind=MailKind.SIGN_IN, about=asked.sign_in_id)


async def on_member_invited(session: Session, invited: MemberInvited) -> None:
    await service.note_mail(session, kind=MailKind.INVITATION, about=invited.invitation_id)
