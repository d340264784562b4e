"""Reactions to what happens to orders, to teams, and to what viewers ask for."""

from __future__ import annotations

from showfloor.identity.events import MemberInvited
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.notices import service
from showfloor.notices.types import MailKind, News, NewsKind
from showfloor.offers.events import PieceOffered
from showfloor.orders.events import (
    OrderCancelled,
    OrderPlaced,
    OrderRefunded,
    OrderRefundFailed,
    OrderReturned,
    OrderShipped,
    OrderWithdrawn,
)
from showfloor.orders.types import RefundCause
from showfloor.privacy.events import AccountLimited
from showfloor.shows.events import ShowWentLive
from showfloor.viewers.events import SignInAsked


async def on_order_placed(session: Session, placed: OrderPlaced) -> None:
    await service.note_mail(session, kind=MailKind.ORDER_CONFIRMED, order_id=placed.order_id)
    news = News(
        kind=NewsKind.ORDER,
        order_id=placed.order_id,
        about=placed.order_id,
        at=placed.at,
        units=placed.units,
        money=Money(placed.amount, placed.currency),
    )
    await service.note_news(session, placed.merchant_id, news)


async def on_order_withdrawn(session: Session, withdrawn: OrderWithdrawn) -> None:
    await service.note_mail(
        session,
        kind=MailKind.WITHDRAWAL_RECEIVED,
        order_id=withdrawn.order_id,
        about=withdrawn.withdrawal_id,
    )
    news = News(
        kind=NewsKind.WITHDRAWAL,
        order_id=withdrawn.order_id,
        about=withdrawn.withdrawal_id or withdrawn.order_id,
        at=withdrawn.at,
    )
    await service.note_news(session, withdrawn.merchant_id, news)


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


async def on_refund_failed(session: Session, failed: OrderRefundFailed) -> None:
    """The merchant owes the money again; the buyer's page says so."""
    news = News(
        kind=NewsKind.REFUND_FAILED,
        order_id=failed.order_id,
        about=failed.refund_id,
        at=failed.at,
        money=Money(failed.amount, failed.currency),
    )
    await service.note_news(session, failed.merchant_id, news)


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


async def on_account_limited(session: Session, limited: AccountLimited) -> None:
    """It is erased where nobody decides in time: its owner should not learn of that by chance."""
    await service.note_mail(session, kind=MailKind.ACCOUNT_LIMITED, about=limited.case_id)


async def on_piece_offered(session: Session, offered: PieceOffered) -> None:
    await service.note_mail(session, kind=MailKind.WAIT_OFFERED, about=offered.place_id)


async def on_member_invited(session: Session, invited: MemberInvited) -> None:
    await service.note_mail(session, kind=MailKind.INVITATION, about=invited.invitation_id)


async def on_show_went_live(session: Session, live: ShowWentLive) -> None:
    """For whoever was not reminded before: the show was not planned, or they came later."""
    await service.remind_of(session, show_id=live.show_id)
