"""All SQL of `orders`."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.kit import ids, money
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.orders.models import OrderLineRow, OrderRow
from showfloor.orders.rules import number_of
from showfloor.orders.types import Address, Buyer, Item, NewOrder, Order

_DRAWS = 20
"""Tries to draw a number that no other order of the merchant has: with a million orders one in
eighty-nine is taken.
"""


async def add_order(session: Session, new: NewOrder, now: datetime) -> UUID | None:
    """The order with its lines; None when this checkout already placed one with this merchant."""
    for _ in range(_DRAWS):
        order_id = await _add_row(session, new, now)
        if order_id is not None:
            await session.execute(
                insert(OrderLineRow),
                [_line(order_id, place, item) for place, item in enumerate(new.items)],
            )
            return order_id
        if await _is_placed(session, new):
            return None
    raise RuntimeError("no free order number was drawn")


async def _add_row(session: Session, new: NewOrder, now: datetime) -> UUID | None:
    """None when there is one already, or the number is taken."""
    row = {
        "id": ids.new(),
        "number": _draw_number(),
        "prefix": new.seller.order_prefix,
        "merchant_id": new.seller.merchant_id,
        "seller_name": new.seller.name,
        "show_id": new.show_id,
        "checkout_id": new.checkout_id,
        "currency": new.currency,
        "total": money.total([item.total for item in new.items], new.currency).amount,
        "placed_at": now,
        "country": new.buyer.address.country,
        "email": new.buyer.email,
        "address": asdict(new.buyer.address),
    }
    added = await session.execute(
        insert_or(OrderRow).values(row).on_conflict_do_nothing().returning(OrderRow.id)
    )
    return added.scalar_one_or_none()


def _draw_number() -> int:
    """Eight digits by lot.

    Counted numbers would tell every buyer how much a seller sells, and every seller what the others
    do.
    """
    return 10_000_000 + secrets.randbelow(90_000_000)


async def _is_placed(session: Session, new: NewOrder) -> bool:
    same = select(OrderRow.id).where(
        OrderRow.checkout_id == new.checkout_id, OrderRow.merchant_id == new.seller.merchant_id
    )
    return (await session.execute(same)).first() is not None


def _line(order_id: UUID, position: int, item: Item) -> dict[str, object]:
    return {
        "order_id": order_id,
        "position": position,
        "variant_id": item.variant_id,
        "product_id": item.product_id,
        "sku": item.sku,
        "product_name": item.name,
        "options_text": item.options_text,
        "quantity": item.quantity,
        "unit_amount": item.unit_price.amount,
        "picture_url": item.picture_url,
    }


async def order(session: Session, order_id: UUID, merchant_ids: Collection[UUID]) -> Order | None:
    """An order of one of these merchants."""
    chosen = select(OrderRow).where(OrderRow.id == order_id, OrderRow.merchant_id.in_(merchant_ids))
    found = await _with_lines(session, (await session.execute(chosen)).scalars().all())
    return found[0] if found else None


async def orders_of_checkout(session: Session, checkout_id: UUID) -> list[Order]:
    """What one purchase became."""
    chosen = select(OrderRow).where(OrderRow.checkout_id == checkout_id).order_by(OrderRow.id)
    return await _with_lines(session, (await session.execute(chosen)).scalars().all())


async def orders_of_merchants(
    session: Session, merchant_ids: Collection[UUID], limit: int, before: UUID | None
) -> list[Order]:
    """A page of these merchants' orders, newest first."""
    page = (
        select(OrderRow)
        .where(OrderRow.merchant_id.in_(merchant_ids))
        .order_by(OrderRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        page = page.where(OrderRow.id < before)
    return await _with_lines(session, (await session.execute(page)).scalars().all())


async def newest_of_show(session: Session, show_id: UUID, limit: int) -> list[Order]:
    """The last sales of a show."""
    page = (
        select(OrderRow)
        .where(OrderRow.show_id == show_id)
        .order_by(OrderRow.id.desc())
        .limit(limit)
    )
    return await _with_lines(session, (await session.execute(page)).scalars().all())


async def totals_of_show(session: Session, show_id: UUID) -> list[tuple[Money, int]]:
    """Takings and number of orders of a show, for each currency."""
    summed = select(
        OrderRow.currency, func.sum(OrderRow.total).label("total"), func.count().label("orders")
    )
    rows = await session.execute(
        summed.where(OrderRow.show_id == show_id)
        .group_by(OrderRow.currency)
        .order_by(OrderRow.currency)
    )
    return [(Money(int(row.total), row.currency), row.orders) for row in rows]


async def units_of_show(session: Session, show_id: UUID) -> int:
    """Pieces that a show sold."""
    summed = select(func.coalesce(func.sum(OrderLineRow.quantity), 0)).join(
        OrderRow, OrderRow.id == OrderLineRow.order_id
    )
    return int((await session.execute(summed.where(OrderRow.show_id == show_id))).scalar_one())


async def erase_buyer(session: Session, email: str) -> int:
    """Who bought is forgotten; what was sold, for how much and to which country stays."""
    bought = (
        update(OrderRow).where(func.lower(OrderRow.email) == email).values(email=None, address=None)
    )
    return len((await session.execute(bought.returning(OrderRow.id))).all())


async def _with_lines(session: Session, rows: Sequence[OrderRow]) -> list[Order]:
    chosen = select(OrderLineRow).where(OrderLineRow.order_id.in_([row.id for row in rows]))
    currency = {row.id: row.currency for row in rows}
    items: dict[UUID, list[Item]] = {row.id: [] for row in rows}
    for line in (
        await session.execute(chosen.order_by(OrderLineRow.order_id, OrderLineRow.position))
    ).scalars():
        items[line.order_id].append(_item(line, currency[line.order_id]))
    return [_order(row, items[row.id]) for row in rows]


def _item(line: OrderLineRow, currency: str) -> Item:
    price = Money(line.unit_amount, currency)
    return Item(
        line.variant_id,
        line.product_id,
        line.sku,
        line.product_name,
        line.options_text,
        line.quantity,
        price,
        line.picture_url,
    )


def _order(row: OrderRow, items: list[Item]) -> Order:
    return Order(
        id=row.id,
        number=number_of(row.prefix, row.number),
        merchant_id=row.merchant_id,
        seller_name=row.seller_name,
        show_id=row.show_id,
        checkout_id=row.checkout_id,
        items=tuple(items),
        total=Money(row.total, row.currency),
        placed_at=row.placed_at,
        buyer=Buyer(row.email, Address(**row.address))
        if row.email is not None and row.address is not None
        else None,
    )
