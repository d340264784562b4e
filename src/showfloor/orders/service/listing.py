"""A merchant's orders by what is to be done with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import RoleMissing
from showfloor.identity.types import Action, Person
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.markets.service import get_market
from showfloor.orders import queries, rules
from showfloor.orders.types import Order, OrderFilter, OrderSearch, Page
from showfloor.orders.views import owed_of

EVERYTHING = OrderSearch()
_WALKED = 200
"""Orders in one transaction of a walk through all."""


async def list_own_orders(
    session: Session,
    *,
    person: Person,
    wanted: OrderSearch = EVERYTHING,
    limit: int = 50,
    cursor: UUID | None = None,
) -> Page:
    """The orders of this person's merchants; `wanted` chooses among them, and says in which
    order.
    """
    if wanted.which is OrderFilter.RETURNS:
        return await _list_open_returns(session, person, wanted, limit, cursor)
    if wanted.which is OrderFilter.REFUND_FAILED:
        failed = await _failed_refunds(session, person, wanted)
        left = [each for each in failed if cursor is None or each.id < cursor]
        return Page(tuple(left[:limit]), left[limit - 1].id if len(left) > limit else None)
    found = await queries.order_ids(
        session, person.merchant_ids, wanted, limit=limit + 1, after=cursor, now=clock.now()
    )
    page = tuple(await queries.orders_by_id(session, found[:limit]))
    return Page(page, found[limit - 1] if len(found) > limit else None)


async def count_own_orders(session: Session, *, person: Person) -> dict[OrderFilter, int]:
    """How many orders there are of each kind."""
    counts = await queries.count_orders(session, person.merchant_ids, clock.now())
    returns = await _open_returns(session, person, OrderSearch(OrderFilter.RETURNS))
    failed = await _failed_refunds(session, person, OrderSearch(OrderFilter.REFUND_FAILED))
    return counts | {
        OrderFilter.RETURNS: sum(each.is_open for each in returns),
        OrderFilter.REFUND_FAILED: len(failed),
    }


async def _failed_refunds(session: Session, person: Person, wanted: OrderSearch) -> list[Order]:
    """All that owe money again because a refund failed, newest first: a merchant has to look after
    each, so they are few.
    """
    found = await queries.ids_that_may_be_open(session, person.merchant_ids, wanted, clock.now())
    orders = [
        each for each in await queries.orders_by_id(session, found) if rules.reopened(each).amount
    ]
    return sorted(orders, key=lambda each: each.id, reverse=True)


@dataclass(frozen=True, slots=True)
class _Return:
    """An order in which a return may be open, and where it stands in the line."""

    order: Order
    is_open: bool
    place: tuple[int, datetime, UUID]


async def _open_returns(
    session: Session, person: Person, wanted: OrderSearch, beside: UUID | None = None
) -> list[_Return]:
    """All that may be open: a merchant has to look after each, so they are few. `beside` is one
    more order, wherever it stands.
    """
    now = clock.now()
    found = set(await queries.ids_that_may_be_open(session, person.merchant_ids, wanted, now))
    orders = await queries.orders_by_id(session, list(found | ({beside} if beside else set())))
    return [
        _Return(
            order,
            rules.is_open(owed, now) and order.id in found,
            rules.place_in_line(order, owed, get_market(order.market).timezone, now),
        )
        for order in orders
        if order.merchant_id in person.merchant_ids
        for owed in (owed_of(order),)
    ]


async def _list_open_returns(
    session: Session, person: Person, wanted: OrderSearch, limit: int, cursor: UUID | None
) -> Page:
    found = await _open_returns(session, person, wanted, beside=cursor)
    after = next((each.place for each in found if each.order.id == cursor), None)
    chosen = [each for each in found if each.is_open and (after is None or each.place > after)]
    chosen.sort(key=lambda each: each.place)
    page = tuple(each.order for each in chosen[:limit])
    return Page(page, page[-1].id if len(chosen) > limit else None)


async def walk_own_orders(
    database: Database, *, person: Person, wanted: OrderSearch
) -> AsyncIterator[Order]:
    """Every order of this person's merchants that is wanted; a short transaction for each page.

    Raises RoleMissing when the person's right to read them ended meanwhile, so that nobody takes
    a part for the whole.
    """
    cursor: UUID | None = None
    while True:
        async with database.session() as session:
            if not await identity.may_still(session, person, Action.ORDERS_READ):
                raise RoleMissing
            page = await list_own_orders(
                session, person=person, wanted=wanted, limit=_WALKED, cursor=cursor
            )
        for order in page.orders:
            yield order
        if (cursor := page.next_cursor) is None:
            return
