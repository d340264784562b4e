"""Shipments and refunds of orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.orders.models import (
    OrderRow,
    RefundLineRow,
    RefundRow,
    ShipmentLineRow,
    ShipmentRow,
)
from showfloor.orders.types import (
    Refund,
    RefundCause,
    RefundedPieces,
    RefundState,
    Shipment,
)


async def lock_order(session: Session, order_id: UUID) -> bool:
    """What is sent and given back of an order is decided by one at a time; False when there is
    none. Rows that were read before are read again: whoever had the lock may have changed them, and
    a session answers with what it has.
    """
    row = select(OrderRow.id).where(OrderRow.id == order_id).with_for_update()
    found = (await session.execute(row)).first() is not None
    session.expire_all()
    return found


async def earlier_shipment(session: Session, order_id: UUID, key: bytes) -> bytes | None:
    """The fingerprint of what was asked with this Idempotency-Key before."""
    chosen = select(ShipmentRow.request).where(
        ShipmentRow.order_id == order_id, ShipmentRow.key == key
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def earlier_refund(session: Session, order_id: UUID, key: bytes) -> tuple[UUID, bytes] | None:
    """What was made with this Idempotency-Key before, and the fingerprint of what was asked."""
    chosen = select(RefundRow.id, RefundRow.request).where(
        RefundRow.order_id == order_id, RefundRow.key == key
    )
    row = (await session.execute(chosen)).first()
    return (row.id, row.request) if row else None


async def add_shipment(
    session: Session, order_id: UUID, new: Shipment, key: bytes, request: bytes
) -> None:
    await session.execute(
        insert(ShipmentRow).values(
            id=new.id,
            order_id=order_id,
            carrier=new.carrier,
            tracking=new.tracking,
            shipped_at=new.shipped_at,
            delivered_at=new.delivered_at,
            key=key,
            request=request,
        )
    )
    await session.execute(
        insert(ShipmentLineRow),
        [
            {"shipment_id": new.id, "position": at, "quantity": quantity}
            for at, quantity in new.pieces.items()
        ],
    )


async def set_delivered(session: Session, shipment_id: UUID, delivered_at: datetime) -> None:
    await session.execute(
        update(ShipmentRow).where(ShipmentRow.id == shipment_id).values(delivered_at=delivered_at)
    )


async def shipments_of(
    session: Session, order_ids: Collection[UUID]
) -> dict[UUID, tuple[Shipment, ...]]:
    """Oldest first, by order."""
    rows = await session.execute(
        select(
            ShipmentRow.order_id,
            ShipmentRow.id,
            ShipmentRow.carrier,
            ShipmentRow.tracking,
            ShipmentRow.shipped_at,
            ShipmentRow.delivered_at,
            func.array_agg(ShipmentLineRow.position).label("places"),
            func.array_agg(ShipmentLineRow.quantity).label("counts"),
        )
        .join(ShipmentLineRow, ShipmentLineRow.shipment_id == ShipmentRow.id)
        .where(ShipmentRow.order_id.in_(order_ids))
        .group_by(ShipmentRow.id)
        .order_by(ShipmentRow.id)
    )
    found: dict[UUID, tuple[Shipment, ...]] = {}
    for row in rows:
        pieces = dict(sorted(zip(row.places, row.counts, strict=True)))
        one = Shipment(row.id, pieces, row.carrier, row.tracking, row.shipped_at, row.delivered_at)
        found[row.order_id] = (*found.get(row.order_id, ()), one)
    return found


async def add_refund(
    session: Session,
    order_id: UUID,
    new: Refund,
    *,
    key: bytes,
    request: bytes,
    look_at: datetime,
) -> None:
    await session.execute(
        insert(RefundRow).values(
            id=new.id,
            order_id=order_id,
            amount=new.amount.amount,
            cause=new.cause.value,
            state=new.state.value,
            made_at=new.made_at,
            changed_at=new.made_at,
            look_at=look_at,
            key=key,
            request=request,
        )
    )
    if new.pieces:
        await session.execute(insert(RefundLineRow), _lines(new))


def _lines(new: Refund) -> list[dict[str, object]]:
    return [
        {
            "refund_id": new.id,
            "position": at,
            "quantity": each.quantity,
            "unsent": each.unsent,
            "restock": each.restock,
        }
        for at, each in new.pieces.items()
    ]


async def refunds_of(
    session: Session, currency_of: Mapping[UUID, str]
) -> dict[UUID, tuple[Refund, ...]]:
    """Oldest first, by order."""
    rows = await session.execute(
        select(RefundRow, RefundLineRow)
        .outerjoin(RefundLineRow, RefundLineRow.refund_id == RefundRow.id)
        .where(RefundRow.order_id.in_(currency_of))
        .order_by(RefundRow.id, RefundLineRow.position)
    )
    pieces: dict[UUID, dict[int, RefundedPieces]] = {}
    made: dict[UUID, RefundRow] = {}
    for refund, line in rows:
        made[refund.id] = refund
        own = pieces.setdefault(refund.id, {})
        if line is not None:
            own[line.position] = RefundedPieces(line.quantity, line.unsent, line.restock)
    found: dict[UUID, tuple[Refund, ...]] = {}
    for row in made.values():
        one = Refund(
            row.id,
            Money(row.amount, currency_of[row.order_id]),
            RefundCause(row.cause),
            pieces[row.id],
            row.made_at,
            RefundState(row.state),
            row.changed_at if row.state == RefundState.FAILED.value else None,
        )
        found[row.order_id] = (*found.get(row.order_id, ()), one)
    return found


async def refunded_among(session: Session, order_ids: Collection[UUID]) -> list[UUID]:
    """Those with a refund, whatever became of it."""
    chosen = select(RefundRow.order_id).where(RefundRow.order_id.in_(order_ids)).distinct()
    return list((await session.execute(chosen)).scalars())


async def order_of_refund(session: Session, refund_id: UUID) -> UUID | None:
    chosen = select(RefundRow.order_id).where(RefundRow.id == refund_id)
    return (await session.execute(chosen)).scalar_one_or_none()


async def end_refund(
    session: Session,
    refund_id: UUID,
    state: RefundState,
    now: datetime,
    *,
    was: RefundState = RefundState.PROMISED,
) -> bool:
    """False where it is not what it `was`, as when it had ended before."""
    ended = (
        update(RefundRow)
        .where(RefundRow.id == refund_id, RefundRow.state == was.value)
        .values(state=state.value, changed_at=now, look_at=None)
        .returning(RefundRow.id)
    )
    return (await session.execute(ended)).first() is not None


async def look_at_refund_later(session: Session, refund_id: UUID, look_at: datetime) -> None:
    await session.execute(
        update(RefundRow)
        .where(RefundRow.id == refund_id, RefundRow.look_at.is_not(None))
        .values(look_at=look_at)
    )


async def due_refunds(session: Session, now: datetime, most: int) -> list[tuple[UUID, UUID]]:
    """(refund, order), longest waiting first."""
    rows = await session.execute(
        select(RefundRow.id, RefundRow.order_id)
        .where(RefundRow.look_at <= now)
        .order_by(RefundRow.look_at)
        .limit(most)
    )
    return [(row.id, row.order_id) for row in rows]


async def next_look_at_refund(session: Session) -> datetime | None:
    chosen = select(func.min(RefundRow.look_at)).where(RefundRow.look_at.is_not(None))
    return (await session.execute(chosen)).scalar_one()


async def refunded_of_checkout(session: Session, checkout_id: UUID) -> int:
    """What went back, or is about to, of a purchase, in minor units."""
    summed = (
        select(func.coalesce(func.sum(RefundRow.amount), 0))
        .join(OrderRow, OrderRow.id == RefundRow.order_id)
        .where(
            OrderRow.checkout_id == checkout_id,
            RefundRow.state.in_([RefundState.PROMISED.value, RefundState.DONE.value]),
        )
    )
    return int((await session.execute(summed)).scalar_one())
