"""Orders as they were agreed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import func, or_, select, update

from showfloor.kit import ids
from showfloor.kit.db import Connection, Parameters, Session, fetch, write
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal, SalesKind
from showfloor.merchants.types import Identity
from showfloor.orders.models import (
    OrderLineRow,
    OrderRow,
    WithdrawalRow,
)
from showfloor.orders.queries.fulfilment import refunds_of, shipments_of
from showfloor.orders.queries.returns import WentBack, went_back
from showfloor.orders.rules import number_of
from showfloor.orders.types import Address, Buyer, Item, NewOrder, Order, Quote

_DRAWS = 20
"""Tries to draw a number that no other order of the merchant has: with a million orders one in
eighty-nine is taken.
"""


# Orders of one purchase with their lines. A row that is there already, or whose number is taken,
# is left out.
PLACE: LiteralString = """
with
new as materialized (
  select * from jsonb_to_recordset(%(orders)s::jsonb) as new(
    id uuid, number bigint, prefix text, merchant_id uuid, seller_name jsonb, seller_identity jsonb,
    total bigint, quote jsonb, send_by timestamptz, terms jsonb, items jsonb)
),
placed as (
  insert into orders (id, number, prefix, merchant_id, seller_name, seller_identity, kind,
    market, show_id, affiliate_id, checkout_id, currency, total, quote, send_by, terms, placed_at,
    country, language, email, address, viewer_id)
  select id, number, prefix, merchant_id, seller_name, seller_identity, %(kind)s, %(market)s,
    %(show_id)s, %(affiliate_id)s, %(checkout_id)s, %(currency)s, total, quote, send_by,
    array(select jsonb_array_elements_text(terms)::uuid), %(now)s, %(country)s, %(language)s,
    %(email)s, %(address)s, %(viewer_id)s
  from new
  on conflict do nothing
  returning id
),
lines as (
  insert into order_line (order_id, position, variant_id, product_id, sku, product_name,
    options_text, quantity, unit_amount, picture_url, no_withdrawal, discount_amount)
  select placed.id, item.* from placed join new using (id) cross join jsonb_to_recordset(items)
    as item(position int, variant_id uuid, product_id uuid, sku text, product_name jsonb,
      options_text jsonb, quantity int, unit_amount bigint, picture_url text,
      no_withdrawal text, discount_amount bigint)
)
select id from placed
"""


ADD: LiteralString = PLACE.replace("on conflict do nothing", "")


def add_new_orders(connection: Connection, new: Sequence[NewOrder], now: datetime) -> list[Order]:
    """As `add_orders`, sent with the commit, which raises Collided where this checkout placed one
    before or a number is taken; then `add_orders` has to look.
    """
    drawn = {ids.new(): (order, _draw_number()) for order in new}
    write(connection, ADD, _values(drawn, now))
    return [_placed_order(order_id, *pair, now) for order_id, pair in drawn.items()]


async def add_orders(connection: Connection, new: Sequence[NewOrder], now: datetime) -> list[Order]:
    """The orders of one purchase; without those that this checkout placed before."""
    added: dict[UUID, tuple[NewOrder, int]] = {}
    left = list(new)
    for _ in range(_DRAWS):
        drawn = {ids.new(): (order, _draw_number()) for order in left}
        for (order_id,) in await fetch(connection, PLACE, _values(drawn, now)):
            added[order_id] = drawn[order_id]
        done = {order.seller.merchant_id for order, _ in added.values()}
        left = [order for order in left if order.seller.merchant_id not in done]
        if left:
            placed = await _placed_with(connection, new[0].checkout_id)
            left = [order for order in left if order.seller.merchant_id not in placed]
        if not left:
            return [_placed_order(order_id, *pair, now) for order_id, pair in added.items()]
    raise RuntimeError("no free order number was drawn")


def _values(drawn: Mapping[UUID, tuple[NewOrder, int]], now: datetime) -> Parameters:
    first = next(iter(drawn.values()))[0]
    return {
        "orders": json.dumps([_row(order_id, *pair) for order_id, pair in drawn.items()]),
        "kind": first.context.kind.value,
        "market": first.context.market,
        "show_id": first.context.show_id,
        "affiliate_id": first.affiliate_id,
        "checkout_id": first.checkout_id,
        "currency": first.currency,
        "now": now,
        "country": first.buyer.address.country,
        "language": first.buyer.language,
        "email": first.buyer.email,
        "address": Jsonb(asdict(first.buyer.address)),
        "viewer_id": first.buyer.viewer_id,
    }


def _row(order_id: UUID, new: NewOrder, number: int) -> dict[str, object]:
    return {
        "id": order_id.hex,
        "number": number,
        "prefix": new.seller.order_prefix,
        "merchant_id": new.seller.merchant_id.hex,
        "seller_name": new.seller.name,
        "seller_identity": new.seller.identity,
        "total": new.total.amount,
        "quote": new.quote.as_json() if new.quote else None,
        "send_by": new.send_by.isoformat() if new.send_by else None,
        "terms": [each.hex for each in new.seller.terms],
        "items": [_line(place, item) for place, item in enumerate(new.items)],
    }


def _draw_number() -> int:
    """Eight digits by lot.

    Counted numbers would tell every buyer how much a seller sells, and every seller what the others
    do.
    """
    return 10_000_000 + secrets.randbelow(90_000_000)


async def _placed_with(connection: Connection, checkout_id: UUID) -> set[UUID]:
    """The merchants with which a checkout has placed an order."""
    rows = await fetch(
        connection,
        "select merchant_id from orders where checkout_id = %(checkout_id)s",
        {"checkout_id": checkout_id},
    )
    return {merchant_id for (merchant_id,) in rows}


def _line(position: int, item: Item) -> dict[str, object]:
    return {
        "position": position,
        "variant_id": item.variant_id.hex,
        "product_id": item.product_id.hex,
        "sku": item.sku,
        "product_name": item.name,
        "options_text": item.options_text,
        "quantity": item.quantity,
        "unit_amount": item.unit_price.amount,
        "picture_url": item.picture_url,
        "no_withdrawal": item.no_withdrawal.value if item.no_withdrawal else None,
        "discount_amount": item.discount_amount,
    }


def _placed_order(order_id: UUID, new: NewOrder, number: int, now: datetime) -> Order:
    """An order as it was just written."""
    return Order(
        id=order_id,
        number=number_of(new.seller.order_prefix, number),
        merchant_id=new.seller.merchant_id,
        seller_name=new.seller.name,
        kind=new.context.kind,
        market=new.context.market,
        show_id=new.context.show_id,
        checkout_id=new.checkout_id,
        items=new.items,
        total=new.total,
        placed_at=now,
        buyer=new.buyer,
        seller_identity=new.seller.identity,
        quote=new.quote,
        send_by=new.send_by,
        terms=new.seller.terms,
        affiliate_id=new.affiliate_id,
    )


async def order(session: Session, order_id: UUID, merchant_ids: Collection[UUID]) -> Order | None:
    """An order of one of these merchants."""
    chosen = select(OrderRow).where(OrderRow.id == order_id, OrderRow.merchant_id.in_(merchant_ids))
    found = await _with_lines(session, (await session.execute(chosen)).scalars().all())
    return found[0] if found else None


async def any_order(session: Session, order_id: UUID) -> Order | None:
    """An order, whoever's it is: for the buyer, and for mails to the buyer."""
    chosen = select(OrderRow).where(OrderRow.id == order_id)
    found = await _with_lines(session, (await session.execute(chosen)).scalars().all())
    return found[0] if found else None


async def set_withdrawn(session: Session, order_id: UUID, now: datetime) -> bool:
    """False when the buyer has withdrawn before, or there is no such order."""
    first = update(OrderRow).where(OrderRow.id == order_id, OrderRow.withdrawn_at.is_(None))
    done = await session.execute(first.values(withdrawn_at=now).returning(OrderRow.id))
    return done.first() is not None


OF_CHECKOUT: LiteralString = """
select orders.id, orders.number, prefix, merchant_id, seller_name, kind, market, show_id,
  checkout_id, currency, total, placed_at, withdrawn_at, email, address,
  language, seller_identity, quote, send_by, orders.terms, affiliate_id, viewer_id, variant_id,
  product_id, sku, product_name, options_text, quantity, unit_amount, picture_url, no_withdrawal,
  discount_amount
from orders join order_line on order_id = orders.id
where checkout_id = %(checkout_id)s
order by orders.id, position
"""


async def orders_of_checkout(connection: Connection, checkout_id: UUID) -> list[Order]:
    """What one purchase became."""
    found: dict[UUID, Order] = {}
    for row in await fetch(connection, OF_CHECKOUT, {"checkout_id": checkout_id}):
        order = found.get(row[0]) or _bare_order(row[:22])
        found[order.id] = replace(order, items=(*order.items, _sold_item(order, row[22:])))
    return list(found.values())


async def has_ordered(
    connection: Connection, merchant_id: UUID, email: str, viewer_id: UUID | None
) -> bool:
    ((found,),) = await fetch(
        connection,
        """
        select exists (
          select from orders where merchant_id = %(merchant_id)s
            and (lower(email) = lower(%(email)s) or viewer_id = %(viewer_id)s::uuid))
        """,
        {"merchant_id": merchant_id, "email": email, "viewer_id": viewer_id},
    )
    return bool(found)


def _sold_item(order: Order, row: tuple[Any, ...]) -> Item:
    variant_id, product_id, sku, name, options_text, quantity, amount, *rest = row
    picture_url, kept, discount_amount = rest
    price = Money(amount, order.total.currency)
    return Item(
        variant_id,
        product_id,
        sku,
        name,
        options_text,
        quantity,
        price,
        picture_url,
        _exception(kept),
        discount_amount,
    )


def _bare_order(row: tuple[Any, ...]) -> Order:
    order_id, number, prefix, merchant_id, seller_name, kind, market, show_id, *rest = row
    (
        checkout_id,
        currency,
        total,
        placed_at,
        withdrawn_at,
        email,
        address,
        language,
        identity,
        quote,
        send_by,
        terms,
        affiliate_id,
        viewer_id,
    ) = rest
    return Order(
        id=order_id,
        number=number_of(prefix, number),
        merchant_id=merchant_id,
        seller_name=seller_name,
        kind=SalesKind(kind),
        market=market,
        show_id=show_id,
        checkout_id=checkout_id,
        items=(),
        total=Money(total, currency),
        placed_at=placed_at,
        buyer=_buyer(email, address, language, viewer_id),
        withdrawn_at=withdrawn_at,
        seller_identity=_identity(identity),
        quote=_quote(quote),
        send_by=send_by,
        terms=tuple(terms),
        affiliate_id=affiliate_id,
    )


async def orders_by_id(session: Session, order_ids: Sequence[UUID]) -> list[Order]:
    """In this order."""
    found = await session.execute(select(OrderRow).where(OrderRow.id.in_(order_ids)))
    rows = {row.id: row for row in found.scalars()}
    return await _with_lines(session, [rows[each] for each in order_ids if each in rows])


async def ids_of_viewer(
    session: Session, viewer_id: UUID, after: UUID | None, limit: int
) -> list[UUID]:
    """Orders of an account, newest first."""
    chosen = select(OrderRow.id).where(OrderRow.viewer_id == viewer_id)
    if after is not None:
        chosen = chosen.where(OrderRow.id < after)
    return list((await session.execute(chosen.order_by(OrderRow.id.desc()).limit(limit))).scalars())


async def ids_bought_from(
    session: Session, viewer_id: UUID, merchant_ids: Collection[UUID], limit: int
) -> list[UUID]:
    """Orders of an account at these sellers, newest first."""
    chosen = select(OrderRow.id).where(
        OrderRow.viewer_id == viewer_id, OrderRow.merchant_id.in_(merchant_ids)
    )
    return list((await session.execute(chosen.order_by(OrderRow.id.desc()).limit(limit))).scalars())


async def claim_order(session: Session, order_id: UUID, viewer_id: UUID) -> bool:
    """Whether it belongs to this account now: what belongs to another one stays there, and so does
    nobody's order whose buyer was erased.
    """
    free = update(OrderRow).where(
        OrderRow.id == order_id,
        OrderRow.email.is_not(None),
        or_(OrderRow.viewer_id.is_(None), OrderRow.viewer_id == viewer_id),
    )
    claimed = await session.execute(free.values(viewer_id=viewer_id).returning(OrderRow.id))
    return claimed.first() is not None


async def totals_of_checkout(session: Session, checkout_id: UUID) -> list[tuple[UUID, int]]:
    """Each order of a purchase with its total."""
    chosen = select(OrderRow.id, OrderRow.total).where(OrderRow.checkout_id == checkout_id)
    return [(row.id, row.total) for row in await session.execute(chosen.order_by(OrderRow.id))]


async def ids_after(session: Session, after: UUID | None, limit: int) -> list[UUID]:
    """Oldest first."""
    chosen = select(OrderRow.id).order_by(OrderRow.id).limit(limit)
    if after is not None:
        chosen = chosen.where(OrderRow.id > after)
    return list((await session.execute(chosen)).scalars())


async def withdrawn_among(session: Session, order_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Those from which the buyer withdrew, with when that was last."""
    last = (
        select(func.max(WithdrawalRow.at))
        .where(WithdrawalRow.order_id == OrderRow.id)
        .scalar_subquery()
    )
    chosen = select(OrderRow.id, func.coalesce(last, OrderRow.withdrawn_at)).where(
        OrderRow.id.in_(order_ids), OrderRow.withdrawn_at.is_not(None)
    )
    return {row[0]: row[1] for row in await session.execute(chosen)}


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


async def pieces_bought(session: Session, viewer_id: UUID, show_id: UUID, variant_id: UUID) -> int:
    """Of a variant in a show, by the account that these orders belong to; also what was given
    back.
    """
    summed = select(func.coalesce(func.sum(OrderLineRow.quantity), 0)).join(
        OrderRow, OrderRow.id == OrderLineRow.order_id
    )
    theirs = (
        OrderRow.viewer_id == viewer_id,
        OrderRow.show_id == show_id,
        OrderLineRow.variant_id == variant_id,
    )
    return int((await session.execute(summed.where(*theirs))).scalar_one())


async def _with_lines(session: Session, rows: Sequence[OrderRow]) -> list[Order]:
    chosen = select(OrderLineRow).where(OrderLineRow.order_id.in_([row.id for row in rows]))
    currency = {row.id: row.currency for row in rows}
    items: dict[UUID, list[Item]] = {row.id: [] for row in rows}
    for line in (
        await session.execute(chosen.order_by(OrderLineRow.order_id, OrderLineRow.position))
    ).scalars():
        items[line.order_id].append(_item(line, currency[line.order_id]))
    shipments = await shipments_of(session, currency)
    refunds = await refunds_of(session, currency)
    back = await went_back(session, currency)
    return [
        replace(
            _order(row, items[row.id]),
            shipments=shipments.get(row.id, ()),
            refunds=refunds.get(row.id, ()),
            withdrawals=went.withdrawals,
            returns=went.returns,
            return_proof=went.proofs[-1] if went.proofs else None,
            earlier_proofs=went.proofs[:-1],
        )
        for row in rows
        for went in (back.get(row.id, WentBack()),)
    ]


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
        _exception(line.no_withdrawal),
        line.discount_amount,
    )


def _order(row: OrderRow, items: list[Item]) -> Order:
    return Order(
        id=row.id,
        number=number_of(row.prefix, row.number),
        merchant_id=row.merchant_id,
        seller_name=row.seller_name,
        kind=SalesKind(row.kind),
        market=row.market,
        show_id=row.show_id,
        checkout_id=row.checkout_id,
        items=tuple(items),
        total=Money(row.total, row.currency),
        placed_at=row.placed_at,
        buyer=_buyer(row.email, row.address, row.language, row.viewer_id),
        withdrawn_at=row.withdrawn_at,
        seller_identity=_identity(row.seller_identity),
        quote=_quote(row.quote),
        send_by=row.send_by,
        terms=tuple(row.terms),
        affiliate_id=row.affiliate_id,
    )


def _exception(stored: str | None) -> NoWithdrawal | None:
    return NoWithdrawal(stored) if stored else None


def _identity(stored: Mapping[str, str] | None) -> Identity | None:
    """As merchants wrote it."""
    return cast(Identity, dict(stored)) if stored else None


def _quote(stored: Mapping[str, Any] | None) -> Quote | None:
    return Quote.of_json(stored) if stored else None


def _buyer(
    email: str | None, address: Mapping[str, Any] | None, language: str, viewer_id: UUID | None
) -> Buyer | None:
    if email is None or address is None:
        return None
    return Buyer(email, Address(**address), language, viewer_id)
