"""Orders as they were agreed: placing, reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Admission, Person
from showfloor.kit import clock
from showfloor.kit.db import Connection, Session
from showfloor.kit.outbox import publish_all
from showfloor.markets.service import get_market
from showfloor.orders import queries, rules
from showfloor.orders.errors import OrderNotFound
from showfloor.orders.events import OrderPlaced
from showfloor.orders.types import Fulfilment, NewOrder, Order, Sale, Sales
from showfloor.orders.views import progress_of
from showfloor.shows.service import get_own_show

_RECENT = 20


async def place(
    connection: Connection, *, admission: Admission, orders: Sequence[NewOrder]
) -> list[Order]:
    """Write down what was agreed in one purchase, with each merchant. Placing twice is placing
    once: what was placed before is left out of the answer.

    `admission` is the proof that the buyer declared to be an adult (identity); it is asked for
    because personal data is written.
    """
    placed = await queries.add_orders(connection, _promised(orders), clock.now())
    if placed:
        publish_all(connection, [_event(order) for order in placed])
    return placed


def place_new(
    connection: Connection, *, admission: Admission, orders: Sequence[NewOrder]
) -> list[Order]:
    """As `place`, without waiting for a look: the commit raises Collided where something was placed
    before or a number is taken, and then `place` does it in another transaction.
    """
    placed = queries.add_new_orders(connection, _promised(orders), clock.now())
    publish_all(connection, [_event(order) for order in placed])
    return placed


def _promised(orders: Sequence[NewOrder]) -> list[NewOrder]:
    """With when their goods leave at the latest: days are those of the market."""
    return [
        replace(
            order,
            send_by=rules.promised_leave(order.quote, get_market(order.context.market).timezone),
        )
        for order in orders
    ]


def _event(order: Order) -> OrderPlaced:
    return OrderPlaced(
        order_id=order.id,
        merchant_id=order.merchant_id,
        kind=order.kind.value,
        market=order.market,
        show_id=order.show_id,
        currency=order.total.currency,
        amount=order.total.amount,
        units=sum(item.quantity for item in order.items),
        at=order.placed_at,
    )


async def list_of_checkout(connection: Connection, checkout_id: UUID) -> list[Order]:
    """What one purchase became. For the buyer: whoever calls has checked the hold's token."""
    return await queries.orders_of_checkout(connection, checkout_id)


async def get_own_order(session: Session, *, person: Person, order_id: UUID) -> Order:
    """For the merchant's people; raises OrderNotFound for a foreign one too."""
    if (order := await queries.order(session, order_id, person.merchant_ids)) is None:
        raise OrderNotFound
    return order


def page_token(secret: bytes, order_id: UUID) -> str:
    """The end of the address of the buyer's page."""
    return rules.page_token(secret, order_id)


def order_of_token(secret: bytes, token: str) -> UUID:
    """Whose page it is, without a look at the database: there may be no such order any more. Raises
    OrderNotFound.
    """
    return rules.order_of_token(secret, token)


async def find_order(session: Session, order_id: UUID) -> Order | None:
    """Whoever's it is: for what is told to its buyer."""
    return await queries.any_order(session, order_id)


async def totals_of_checkout(session: Session, checkout_id: UUID) -> list[tuple[UUID, int]]:
    """Each order of a purchase with its total, in minor units of the purchase's one currency."""
    return await queries.totals_of_checkout(session, checkout_id)


async def list_ids(session: Session, *, after: UUID | None, limit: int) -> list[UUID]:
    """Of every seller's orders, oldest first: for what goes through all of them."""
    return await queries.ids_after(session, after, limit)


async def withdrawn_among(session: Session, order_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Those from which the buyer withdrew, whoever's they are, with when that was last."""
    return await queries.withdrawn_among(session, order_ids)


async def cancelled_among(session: Session, order_ids: Collection[UUID]) -> set[UUID]:
    """Those of which nothing was sent and nothing is to be sent, whoever's they are: everything was
    refunded.
    """
    found = await queries.refunded_among(session, order_ids)
    return {
        order.id
        for order in await queries.orders_by_id(session, found)
        if progress_of(order).fulfilment is Fulfilment.CANCELLED
    }


async def open_order(session: Session, *, secret: bytes, token: str) -> Order:
    """For whoever has the link. Raises OrderNotFound."""
    order = await queries.any_order(session, rules.order_of_token(secret, token))
    if order is None:
        raise OrderNotFound
    return order


async def sales_of_show(session: Session, *, person: Person, show_id: UUID) -> Sales:
    """What a show sold, for the one who hosts it; nothing about buyers. Raises ShowNotFound."""
    await get_own_show(session, person=person, show_id=show_id)
    totals = await queries.totals_of_show(session, show_id)
    recent = await queries.newest_of_show(session, show_id, _RECENT)
    return Sales(
        totals=tuple(takings for takings, _ in totals),
        orders=sum(count for _, count in totals),
        units=await queries.units_of_show(session, show_id),
        recent=tuple(Sale(order.id, order.placed_at, order.items, order.total) for order in recent),
    )
