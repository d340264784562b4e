"""A merchant's orders by what is to be done with them. What is stored are facts alone, so each
filter is derived here from the same rows as `rules.progress` does it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, func, or_, select, tuple_
from sqlalchemy.types import String

from showfloor.kit.db import Session
from showfloor.orders.models import (
    OrderLineRow,
    OrderRow,
    RefundLineRow,
    RefundRow,
    ShipmentLineRow,
    ShipmentRow,
)
from showfloor.orders.rules import SEND_WITHIN
from showfloor.orders.types import LOST_LATER, OrderFilter, RefundState, Wanted

_ordered = (
    select(func.sum(OrderLineRow.quantity))
    .where(OrderLineRow.order_id == OrderRow.id)
    .scalar_subquery()
)
_sent = (
    select(func.coalesce(func.sum(ShipmentLineRow.quantity), 0))
    .join(ShipmentRow, ShipmentRow.id == ShipmentLineRow.shipment_id)
    .where(ShipmentRow.order_id == OrderRow.id)
    .scalar_subquery()
)
_counts = RefundRow.state != RefundState.REFUSED.value
"""As `Refund.counts`."""
_unsent = (
    select(func.coalesce(func.sum(RefundLineRow.unsent), 0))
    .join(RefundRow, RefundRow.id == RefundLineRow.refund_id)
    .where(RefundRow.order_id == OrderRow.id, _counts)
    .scalar_subquery()
)
_refunded = select(RefundRow.id).where(RefundRow.order_id == OrderRow.id, _counts).exists()
_send_by = func.coalesce(OrderRow.send_by, OrderRow.placed_at + SEND_WITHIN)
"""As `rules.progress`."""
_kept_sent = (
    select(func.coalesce(func.sum(ShipmentLineRow.quantity), 0))
    .join(ShipmentRow, ShipmentRow.id == ShipmentLineRow.shipment_id)
    .where(
        ShipmentRow.order_id == OrderLineRow.order_id,
        ShipmentLineRow.position == OrderLineRow.position,
    )
    .scalar_subquery()
)
_kept_unsent = (
    select(func.coalesce(func.sum(RefundLineRow.unsent), 0))
    .join(RefundRow, RefundRow.id == RefundLineRow.refund_id)
    .where(
        RefundRow.order_id == OrderLineRow.order_id,
        RefundLineRow.position == OrderLineRow.position,
        _counts,
    )
    .scalar_subquery()
)
_keeps = (
    select(OrderLineRow.order_id)
    .where(
        OrderLineRow.order_id == OrderRow.id,
        OrderLineRow.no_withdrawal.not_in([each.value for each in LOST_LATER]),
        OrderLineRow.quantity > _kept_sent + _kept_unsent,
    )
    .exists()
)
"""Goods from which nobody can withdraw are to be sent whatever the buyer says of the others."""
_waits = and_(
    or_(OrderRow.withdrawn_at.is_(None), _keeps),
    _ordered > _sent + _unsent,
)


def fits(which: OrderFilter, now: datetime) -> ColumnElement[bool]:
    match which:
        case OrderFilter.ALL:
            return OrderRow.id.is_not(None)
        case OrderFilter.TO_SEND:
            return _waits
        case OrderFilter.LATE:
            return and_(_waits, _send_by < now)
        case OrderFilter.PART_SENT:
            return and_(_waits, _sent > 0)
        case OrderFilter.SENT:
            return and_(_ordered == _sent + _unsent, _sent > 0)
        case OrderFilter.REFUNDED:
            return _refunded
        case OrderFilter.WITHDRAWN:
            return OrderRow.withdrawn_at.is_not(None)


def _says(words: str) -> ColumnElement[bool]:
    number = OrderRow.prefix + "-" + cast(OrderRow.number, String)
    has_line = select(OrderLineRow.order_id).where(
        OrderLineRow.order_id == OrderRow.id, OrderLineRow.sku.icontains(words, autoescape=True)
    )
    has_parcel = select(ShipmentRow.id).where(
        ShipmentRow.order_id == OrderRow.id,
        ShipmentRow.tracking.icontains(words, autoescape=True),
    )
    return or_(
        number.icontains(words, autoescape=True),
        OrderRow.email.icontains(words, autoescape=True),
        OrderRow.address["name"].astext.icontains(words, autoescape=True),
        has_line.exists(),
        has_parcel.exists(),
    )


async def order_ids(
    session: Session,
    merchant_ids: Collection[UUID],
    wanted: Wanted,
    *,
    limit: int,
    after: UUID | None,
    now: datetime,
) -> list[UUID]:
    """A page of these merchants' orders: what is to be sent with the nearest deadline first,
    anything else with the newest first.
    """
    oldest_first = wanted.which in (OrderFilter.TO_SEND, OrderFilter.LATE, OrderFilter.PART_SENT)
    chosen = select(OrderRow.id).where(
        OrderRow.merchant_id.in_(merchant_ids), fits(wanted.which, now)
    )
    if wanted.words:
        chosen = chosen.where(_says(wanted.words))
    if wanted.since is not None:
        chosen = chosen.where(OrderRow.placed_at >= wanted.since)
    if wanted.until is not None:
        chosen = chosen.where(OrderRow.placed_at < wanted.until)
    if oldest_first:
        if after is not None:
            last = select(_send_by, OrderRow.id).where(OrderRow.id == after).scalar_subquery()
            chosen = chosen.where(tuple_(_send_by, OrderRow.id) > last)
        chosen = chosen.order_by(_send_by, OrderRow.id)
    else:
        if after is not None:
            chosen = chosen.where(OrderRow.id < after)
        chosen = chosen.order_by(OrderRow.id.desc())
    return list((await session.execute(chosen.limit(limit))).scalars())


async def count_orders(
    session: Session, merchant_ids: Collection[UUID], now: datetime
) -> dict[OrderFilter, int]:
    """How many there are of each kind, in one statement."""
    counted = select(
        *(func.count().filter(fits(which, now)).label(which.value) for which in OrderFilter)
    ).where(OrderRow.merchant_id.in_(merchant_ids))
    row = (await session.execute(counted)).one()
    return {which: row[place] for place, which in enumerate(OrderFilter)}
