"""Pieces that are set apart for one way of selling. Whoever changes how many of them are free has
locked what sells them, and locks their row after it, before any stock row.
"""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Connection, Session, fetch, write
from showfloor.markets.types import SalesContext
from showfloor.stock.models import HoldLineRow, StockApartRow, StockItemRow
from showfloor.stock.queries.reservation import context_values
from showfloor.stock.types import Line, LineState, Returned


async def set_apart(session: Session, apart_id: UUID, variant_id: UUID, units: int) -> bool:
    """Whether so many were free; then nobody else gets them."""
    # Without those for which people wait in line.
    there = StockItemRow.available - StockItemRow.waiting
    moved = await session.execute(
        update(StockItemRow)
        .where(StockItemRow.variant_id == variant_id, there >= units)
        .values(held=StockItemRow.held + units)
        .returning(StockItemRow.variant_id)
    )
    if moved.first() is None:
        return False
    row = {"id": apart_id, "variant_id": variant_id, "units": units, "free": units}
    await session.execute(insert(StockApartRow).values(row))
    return True


async def free_of(session: Session, apart_id: UUID) -> int:
    """How many of them nobody has; 0 where none were set apart."""
    found = await session.execute(select(StockApartRow.free).where(StockApartRow.id == apart_id))
    return found.scalar_one_or_none() or 0


async def put_apart_back(session: Session, apart_id: UUID) -> int:
    """Those that nobody has are for everybody again; how many."""
    before = (
        select(StockApartRow).where(StockApartRow.id == apart_id).with_for_update().cte("before")
    )
    emptied = await session.execute(
        update(StockApartRow)
        .where(StockApartRow.id == before.c.id)
        .values(free=0)
        .returning(before.c.variant_id, before.c.free)
    )
    row = emptied.first()
    if row is None:
        return 0
    await session.execute(
        update(StockItemRow)
        .where(StockItemRow.variant_id == row.variant_id)
        .values(held=StockItemRow.held - row.free)
    )
    return int(row.free)


# The pieces move from those that nobody has to the line of a hold: `stock_item.held` has counted
# them all along, so that the hot stock row is not locked.
TAKE_APART: LiteralString = """
with moved as (
  update stock_apart set free = free - %(quantity)s
  where id = %(apart)s and free >= %(quantity)s
  returning id
),
taken as (
  insert into hold (id, kind, market, scope, show_id, guest, key, request, client, currency, total,
    expires_at, created_at)
  select %(id)s, %(kind)s, %(market)s, %(scope)s, %(show_id)s, %(guest)s, %(key)s, %(request)s,
    %(client)s, %(currency)s, %(amount)s::bigint * %(quantity)s::int,
    clock_timestamp() + make_interval(secs => %(seconds)s), clock_timestamp()
  from moved
  returning id, expires_at
),
line as (
  insert into hold_line (hold_id, variant_id, sku, quantity, unit_amount, currency, state,
    expires_at, apart_id)
  select id, %(variant)s, %(sku)s, %(quantity)s, %(amount)s, %(currency)s, 'held', expires_at,
    %(apart)s
  from taken
)
select expires_at from taken
"""


async def take_apart(
    connection: Connection,
    *,
    apart_id: UUID,
    hold_id: UUID,
    context: SalesContext,
    guest: bytes,
    client: bytes | None,
    key: bytes,
    request: bytes,
    line: Line,
    seconds: int,
    statement: LiteralString = TAKE_APART,
) -> list[tuple[object, ...]]:
    """The deadline of the hold, or nothing where too few are free."""
    return await fetch(
        connection,
        statement,
        {
            **context_values(context),
            "apart": apart_id,
            "id": hold_id,
            "guest": guest,
            "client": client,
            "key": key,
            "request": request,
            "variant": line.variant_id,
            "sku": line.sku,
            "quantity": line.quantity,
            "amount": line.unit_price.amount,
            "currency": line.unit_price.currency,
            "seconds": seconds,
        },
    )


# A network counts here with what it holds and what it bought: a hold that ran out is nobody's.
_OF_NETWORK: LiteralString = """
select coalesce(sum(quantity), 0)::int from hold join hold_line on hold_id = hold.id
where apart_id = %(apart)s and client = %(client)s and state in ('held', 'settled')
"""


async def apart_of_network(connection: Connection, apart_id: UUID, client: bytes) -> int:
    """How many of the pieces set apart a client network holds and has bought."""
    ((pieces,),) = await fetch(connection, _OF_NETWORK, {"apart": apart_id, "client": client})
    return int(pieces)


# Lines that a payment has locked are left alone: nothing waits in a circle.
_DUE: LiteralString = """
with due as materialized (
  select hold_id, variant_id, quantity from hold_line
  where apart_id = %(apart)s and state = 'held' and expires_at <= statement_timestamp()
  order by expires_at, hold_id
  for update skip locked
),
released as (
  update hold_line set state = 'released' from due
  where hold_line.hold_id = due.hold_id and hold_line.variant_id = due.variant_id
),
moved as (
  update stock_apart set free = free + (select sum(quantity) from due)
  where id = %(apart)s and exists (select from due)
)
select hold_id, quantity from due
"""


async def return_due(connection: Connection, apart_id: UUID) -> list[Returned]:
    """What ran out goes back to those that are set apart."""
    rows = await fetch(connection, _DUE, {"apart": apart_id})
    return [Returned(hold_id, quantity) for hold_id, quantity in rows]


def return_hold(connection: Connection, hold_id: UUID) -> None:
    """As `return_due`, for one hold whose lines the caller has locked. Which network had them still
    counts as with other holds.
    """
    write(
        connection,
        """
        with line as materialized (
          select variant_id, quantity, apart_id from hold_line
          where hold_id = %(id)s and state = 'held' and apart_id is not null
        ),
        done as (
          update hold_line set state = 'released' from line
          where hold_id = %(id)s and hold_line.variant_id = line.variant_id
        ),
        ended as (
          update hold set expires_at = least(expires_at, clock_timestamp())
          where id = %(id)s and exists (select from line)
        )
        update stock_apart set free = free + line.quantity
        from line where stock_apart.id = line.apart_id
        """,
        {"id": hold_id},
    )


# Without a lock: what is counted a moment later was sold a moment before.
IS_THERE: LiteralString = """
select available >= 0 from stock_apart join stock_item using (variant_id) where id = %(apart)s
"""


async def is_there(
    connection: Connection, apart_id: UUID, *, statement: LiteralString = IS_THERE
) -> bool:
    """Whether no piece of the variant is missing that somebody has or that is set apart."""
    rows = await fetch(connection, statement, {"apart": apart_id})
    return all(there for (there,) in rows)


async def has_open_apart(session: Session, apart_id: UUID) -> bool:
    """Whether somebody still holds some of them."""
    chosen = select(HoldLineRow.hold_id).where(
        HoldLineRow.apart_id == apart_id, HoldLineRow.state == LineState.HELD
    )
    return (await session.execute(chosen.limit(1))).first() is not None
