"""Giving money back, as far as the order knows of it: the promise, and what became of it. Between
the two `checkout` calls the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.money import Money
from showfloor.kit.notify import wake
from showfloor.kit.outbox import publish
from showfloor.orders import queries, rules
from showfloor.orders.events import OrderCancelled, OrderRefunded, OrderRefundFailed
from showfloor.orders.service.agreed import find_order
from showfloor.orders.service.shipping import lock_own_order
from showfloor.orders.types import (
    Order,
    Refund,
    RefundCause,
    RefundedPieces,
    RefundState,
    WantedRefund,
)
from showfloor.orders.views import progress_of
from showfloor.stock import service as stock

REFUNDS = "refunds"
"""The name under which the worker is woken when a refund is to be carried out."""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`wanted` None cancels: what was not sent is not sent, and goes back on sale if `restock`.
    `key` is the Idempotency-Key, `request` the fingerprint of what was asked.
    """

    wanted: WantedRefund | None
    key: str
    request: bytes
    restock: bool = True


async def promise_refund(
    session: Session, *, person: Person, order_id: UUID, asked: RefundRequest, look_at: datetime
) -> tuple[Order, Refund]:
    """Write down that money goes back, before any provider hears of it: under the order's lock, so
    that all refunds together never exceed what was paid. The same key promises once. When the
    outcome is not known at `look_at`, the worker asks.

    Raises OrderNotFound, IdempotencyConflict, RefundInvalid, RefundTooLarge, NothingToCancel.
    """
    order = await lock_own_order(session, person, order_id)
    key = ids.digest(asked.key)
    if (made := await queries.earlier_refund(session, order_id, key)) is not None:
        refund_id, request = made
        if request != asked.request:
            raise IdempotencyConflict
        return order, next(each for each in order.refunds if each.id == refund_id)
    amount, pieces = _plan(order, asked)
    cause = RefundCause.CANCEL if asked.wanted is None else RefundCause.REFUND
    refund = Refund(ids.new(), amount, cause, pieces, clock.now())
    await queries.add_refund(
        session, order_id, refund, key=key, request=asked.request, look_at=look_at
    )
    wake(session, REFUNDS)
    return order, refund


def _plan(order: Order, asked: RefundRequest) -> tuple[Money, dict[int, RefundedPieces]]:
    stands = progress_of(order)
    if asked.wanted is None:
        return rules.plan_cancel(order, stands, restock=asked.restock)
    return rules.plan_refund(order, stands, asked.wanted)


async def end_refund(session: Session, refund_id: UUID, *, given_back: bool) -> None:
    """The provider's last word, stored once with all that follows from it: pieces that the merchant
    has again go back on sale, and who listens hears of it. A refund that was refused is as if it
    had never been asked for.
    """
    order_id = await queries.order_of_refund(session, refund_id)
    if order_id is None:
        return
    await queries.lock_order(session, order_id)
    state = RefundState.DONE if given_back else RefundState.REFUSED
    now = clock.now()
    if not await queries.end_refund(session, refund_id, state, now) or not given_back:
        return
    order = await find_order(session, order_id)
    assert order is not None
    refund = next(each for each in order.refunds if each.id == refund_id)
    await stock.put_back(session, rules.restocked(order, refund.pieces))
    units = sum(each.quantity for each in refund.pieces.values())
    if refund.cause is RefundCause.CANCEL:
        await publish(session, OrderCancelled(order.id, order.merchant_id, refund.id, units, now))
    if refund.amount.amount:
        await publish(session, _refunded(order, refund, units, now))


async def fail_refund(session: Session, refund_id: UUID) -> None:
    """The provider had given the money back, and the buyer's bank did not take it: it is owed
    again, once, however often this is heard. A refund that had not been done ends as refused.
    """
    order_id = await queries.order_of_refund(session, refund_id)
    if order_id is None:
        return
    await queries.lock_order(session, order_id)
    now = clock.now()
    was_done = await queries.end_refund(
        session, refund_id, RefundState.FAILED, now, was=RefundState.DONE
    )
    if not was_done:
        await end_refund(session, refund_id, given_back=False)
        return
    order = await find_order(session, order_id)
    assert order is not None
    refund = next(each for each in order.refunds if each.id == refund_id)
    await publish(
        session,
        OrderRefundFailed(
            order.id,
            order.merchant_id,
            refund.id,
            refund.amount.currency,
            refund.amount.amount,
            now,
        ),
    )


async def find_refund(session: Session, refund_id: UUID) -> tuple[Order, Refund] | None:
    """With its order; None where there is none."""
    order_id = await queries.order_of_refund(session, refund_id)
    order = await find_order(session, order_id) if order_id is not None else None
    if order is None:
        return None
    return order, next(each for each in order.refunds if each.id == refund_id)


def prices_of_refund(order: Order, refund: Refund) -> dict[int, Money]:
    """What was paid for the pieces of a refund, by the line's position."""
    return rules.prices_of_refund(order, refund)


def _refunded(order: Order, refund: Refund, units: int, now: datetime) -> OrderRefunded:
    return OrderRefunded(
        order_id=order.id,
        merchant_id=order.merchant_id,
        refund_id=refund.id,
        cause=refund.cause.value,
        currency=refund.amount.currency,
        amount=refund.amount.amount,
        units=units,
        at=now,
    )


async def look_at_refund_later(session: Session, refund_id: UUID, look_at: datetime) -> None:
    """Ask the provider again then, unless it has ended by now."""
    await queries.look_at_refund_later(session, refund_id, look_at)


async def due_refunds(session: Session, most: int) -> list[tuple[Order, Refund]]:
    """Refunds whose provider has to be asked, longest waiting first."""
    found: list[tuple[Order, Refund]] = []
    for refund_id, order_id in await queries.due_refunds(session, clock.now(), most):
        order = await find_order(session, order_id)
        assert order is not None
        found.append((order, next(each for each in order.refunds if each.id == refund_id)))
    return found


async def next_look_at_refund(session: Session) -> datetime | None:
    """When the first of the open refunds is to be asked about."""
    return await queries.next_look_at_refund(session)


async def refunded_of_checkout(session: Session, checkout_id: UUID) -> int:
    """What went back of a purchase, or is about to, in minor units."""
    return await queries.refunded_of_checkout(session, checkout_id)
