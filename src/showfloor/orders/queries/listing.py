"""A merchant's orders by what is to be done with them. What is stored are facts alone, so each
filter is derived here from the same rows as `rules.progress` does it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import String

from showfloor.kit.db import Session
from showfloor.orders.models import (
    OrderLineRow,
    OrderRow,
    RefundLineRow,
    RefundRow,
    ReturnLineRow,
    ReturnRow,
    ShipmentLineRow,
    ShipmentRow,
    WithdrawalLineRow,
    WithdrawalRow,
)
from showfloor.orders.rules import SEND_WITHIN
from showfloor.orders.types import LOST_LATER, OrderFilter, OrderSearch, RefundState

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


def _of_line(
    number: InstrumentedAttribute[int],
    order_id: InstrumentedAttribute[UUID],
    link: ColumnElement[bool],
    *counts: ColumnElement[bool],
) -> ScalarSelect[int]:
    """Of a line of an order: the sum of `number` over the rows of its position. `link` leads from
    them to what they are part of, which has the `order_id`.
    """
    return (
        select(func.coalesce(func.sum(number), 0))
        .join(order_id.class_, link)
        .where(
            order_id == OrderLineRow.order_id,
            number.class_.position == OrderLineRow.position,
            *counts,
        )
        .scalar_subquery()
    )


_of_refund = RefundRow.id == RefundLineRow.refund_id
_line_sent = _of_line(
    ShipmentLineRow.quantity, ShipmentRow.order_id, ShipmentRow.id == ShipmentLineRow.shipment_id
)
_line_unsent = _of_line(RefundLineRow.unsent, RefundRow.order_id, _of_refund, _counts)
_line_refunded = _of_line(RefundLineRow.quantity, RefundRow.order_id, _of_refund, _counts)
_line_back = _of_line(
    ReturnLineRow.quantity, ReturnRow.order_id, ReturnRow.id == ReturnLineRow.return_id
)
_line_withdrawn = _of_line(
    WithdrawalLineRow.quantity,
    WithdrawalRow.order_id,
    WithdrawalRow.id == WithdrawalLineRow.withdrawal_id,
)
_is_kept = OrderLineRow.no_withdrawal.not_in([each.value for each in LOST_LATER])
"""As `Order.kept`; null where the law says nothing of the goods."""
_Since = aliased(WithdrawalRow)
_SinceLine = aliased(WithdrawalLineRow)
_withdrawn_since = (
    select(func.coalesce(func.sum(_SinceLine.quantity), 0))
    .join(_Since, _Since.id == _SinceLine.withdrawal_id)
    .where(
        _Since.order_id == OrderLineRow.order_id,
        _SinceLine.position == OrderLineRow.position,
        _Since.at >= WithdrawalRow.at,
    )
    .correlate(OrderLineRow, WithdrawalRow)
    .scalar_subquery()
)
_refunded_since = (
    select(func.coalesce(func.sum(RefundLineRow.quantity), 0))
    .join(RefundRow, RefundRow.id == RefundLineRow.refund_id)
    .where(
        RefundRow.order_id == OrderLineRow.order_id,
        RefundLineRow.position == OrderLineRow.position,
        RefundRow.made_at > WithdrawalRow.at,
        _counts,
    )
    .correlate(OrderLineRow, WithdrawalRow)
    .scalar_subquery()
)
_line_owed = func.least(
    OrderLineRow.quantity - _line_refunded,
    select(func.coalesce(func.max(_withdrawn_since - _refunded_since), 0))
    .where(WithdrawalRow.order_id == OrderLineRow.order_id)
    .correlate(OrderLineRow)
    .scalar_subquery(),
)
"""Pieces of a line that were withdrawn from and not paid back, where the buyer chose pieces: a
refund is first for what was withdrawn from, so that these are as many as were withdrawn from since
some withdrawal above those that were refunded since.
"""
_by_piece = select(WithdrawalRow.id).where(WithdrawalRow.order_id == OrderLineRow.order_id).exists()
"""Of a line: the buyer chose pieces of its order."""
_keeps = (
    select(OrderLineRow.order_id)
    .where(
        OrderLineRow.order_id == OrderRow.id,
        or_(
            and_(_is_kept, OrderLineRow.quantity > _line_sent + _line_unsent),
            and_(
                _by_piece,
                OrderLineRow.quantity - _line_sent - _line_unsent > func.greatest(_line_owed, 0),
            ),
        ),
    )
    .exists()
)
"""Goods from which nobody can withdraw are to be sent whatever the buyer says of the others, and so
are those from which the buyer did not withdraw. What was withdrawn from is first what was not sent.
"""
_waits = and_(
    or_(OrderRow.withdrawn_at.is_(None), _keeps),
    _ordered > _sent + _unsent,
)
_owes_for_line = (
    select(OrderLineRow.order_id)
    .where(
        OrderLineRow.order_id == OrderRow.id,
        _is_kept.is_not(True),
        or_(
            and_(~_by_piece, OrderLineRow.quantity > _line_refunded),
            and_(_by_piece, _line_owed > 0),
        ),
    )
    .exists()
)
_failed = (
    select(RefundRow.id)
    .where(RefundRow.order_id == OrderRow.id, RefundRow.state == RefundState.FAILED.value)
    .exists()
)
_waits_for_line = (
    select(OrderLineRow.order_id)
    .where(
        OrderLineRow.order_id == OrderRow.id,
        _is_kept.is_not(True),
        _line_sent > _line_back,
    )
    .exists()
)
"""Also where what is away is not what the buyer withdrew from: what came back before may have been
the rest.
"""
_last_withdrawn = func.coalesce(
    select(func.max(WithdrawalRow.at))
    .where(WithdrawalRow.order_id == OrderRow.id)
    .scalar_subquery(),
    OrderRow.withdrawn_at,
)
_DAYS_TO_SEND_BACK = timedelta(days=20)
"""No less than fourteen days after a withdrawal can be, with the rest of a day and a weekend."""
_stays = (
    select(OrderLineRow.order_id)
    .where(
        OrderLineRow.order_id == OrderRow.id,
        _by_piece,
        OrderLineRow.quantity > _line_withdrawn + _line_refunded,
    )
    .exists()
)
"""Pieces from which the buyer did not withdraw, and whose money was not given back."""
_given_back = (
    select(func.coalesce(func.sum(RefundRow.amount), 0))
    .where(RefundRow.order_id == OrderRow.id, _counts, RefundRow.state != RefundState.FAILED.value)
    .scalar_subquery()
)
_lost = (
    select(func.coalesce(func.sum(ReturnRow.value_lost), 0))
    .where(ReturnRow.order_id == OrderRow.id)
    .scalar_subquery()
)
_agreed = OrderRow.quote["delivery"]
_dearer = func.coalesce(
    cast(_agreed["price"]["amount"].astext, BigInteger)
    - cast(_agreed["standard"]["amount"].astext, BigInteger),
    0,
)
_delivery_left = and_(
    ~_stays,
    OrderRow.total - _given_back - _lost > case((_sent > 0, _dearer), else_=0),
)


def _may_be_open(now: datetime) -> ColumnElement[bool]:
    """Every order with an open return and few others: which of them are open is decided by
    `rules.is_open`, because what is owed depends on how and when pieces and sums went back.
    """
    waits = and_(_waits_for_line, _last_withdrawn > now - _DAYS_TO_SEND_BACK)
    return and_(
        OrderRow.withdrawn_at.is_not(None), or_(_owes_for_line, _delivery_left, _failed, waits)
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
        case OrderFilter.RETURNS:
            return _may_be_open(now)
        case OrderFilter.REFUND_FAILED:
            return _failed


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
    wanted: OrderSearch,
    *,
    limit: int,
    after: UUID | None,
    now: datetime,
) -> list[UUID]:
    """A page of these merchants' orders: what is to be sent with the nearest deadline first,
    anything else with the newest first.
    """
    oldest_first = wanted.which in (OrderFilter.TO_SEND, OrderFilter.LATE, OrderFilter.PART_SENT)
    chosen = _chosen(merchant_ids, wanted, now)
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


async def ids_that_may_be_open(
    session: Session, merchant_ids: Collection[UUID], wanted: OrderSearch, now: datetime
) -> list[UUID]:
    """All orders of these merchants in which a return, or a refund that failed, may be open, in no
    order.
    """
    return list((await session.execute(_chosen(merchant_ids, wanted, now))).scalars())


def _chosen(merchant_ids: Collection[UUID], wanted: OrderSearch, now: datetime) -> Select[UUID]:
    chosen = select(OrderRow.id).where(
        OrderRow.merchant_id.in_(merchant_ids), fits(wanted.which, now)
    )
    if wanted.words:
        chosen = chosen.where(_says(wanted.words))
    if wanted.since is not None:
        chosen = chosen.where(OrderRow.placed_at >= wanted.since)
    if wanted.until is not None:
        chosen = chosen.where(OrderRow.placed_at < wanted.until)
    return chosen


_DECIDED_BY_RULES = {OrderFilter.RETURNS, OrderFilter.REFUND_FAILED}
_COUNTED = [which for which in OrderFilter if which not in _DECIDED_BY_RULES]


async def count_orders(
    session: Session, merchant_ids: Collection[UUID], now: datetime
) -> dict[OrderFilter, int]:
    """How many there are of each kind that the database alone can tell, in one statement."""
    counted = select(
        *(func.count().filter(fits(which, now)).label(which.value) for which in _COUNTED)
    ).where(OrderRow.merchant_id.in_(merchant_ids))
    row = (await session.execute(counted)).one()
    return {which: row[place] for place, which in enumerate(_COUNTED)}
