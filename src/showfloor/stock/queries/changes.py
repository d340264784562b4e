"""New lines for an open hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from showfloor.kit.db import Connection, write
from showfloor.kit.pipeline import Statement
from showfloor.stock.queries.reservation import COUNTS, CROWD, LIMITS, NEAR
from showfloor.stock.types import Hold

LOCK_STOCK: LiteralString = """
select variant_id from stock_item where variant_id = any(%(variants)s::uuid[])
order by variant_id for update
"""
# What ran out of these variants is free again; lines that somebody has locked are skipped. The hold
# itself was found open under its lock: when its deadline passes now, it still has its goods.
RECLAIM: LiteralString = """
with due as materialized (
  select hold_id, variant_id, quantity from hold_line
  where variant_id = any(%(variants)s::uuid[]) and state = 'held' and apart_id is null
    and expires_at <= statement_timestamp() and hold_id <> %(id)s
  for update skip locked
),
released as (
  update hold_line set state = 'released' from due
  where hold_line.hold_id = due.hold_id and hold_line.variant_id = due.variant_id
),
sums as materialized (
  select variant_id, sum(quantity)::int as quantity from due group by variant_id
)
update stock_item set held = held - sums.quantity
from sums where stock_item.variant_id = sums.variant_id
"""
# What a hold may still take of each variant. `others` is what the buyer has besides this hold,
# `near` what the buyer's network holds besides it, with what ran out lately, as in RESERVE.
MARGINS: LiteralString = (
    """
with own as materialized (
  select guest, client, scope from hold where id = %(id)s
),
stock as materialized (
  select variant_id, on_hand - missing - held - sold - waiting as available, buyer_limit,
    greatest(%(least)s::int, ceil((on_hand - missing - sold) / %(share)s::numeric)::int) as room,
    {crowd} as crowd
  from stock_item where variant_id = any(%(variants)s::uuid[])
),
others as materialized (
  select variant_id, sum(quantity)::int as quantity
  from own join hold using (guest, scope) join hold_line on hold_id = hold.id
  where hold.id <> %(id)s
    and (state = 'settled' or state = 'held' and hold_line.expires_at > statement_timestamp())
  group by variant_id
),
near as materialized (
  select variant_id,
    {near}
  from own join hold using (client, scope) join hold_line on hold_id = hold.id
  where hold.id <> %(id)s and {counts}
  group by variant_id
)
select variant_id, available, buyer_limit - coalesce(others.quantity, 0), buyer_limit,
  case when (select client from own) is not null
    then least(room - coalesce(near.quantity, 0),
      crowd - coalesce(near.quantity, 0) - coalesce(near.bought, 0))::int end
from stock left join others using (variant_id) left join near using (variant_id)
""".replace("{near}", NEAR)
    .replace("{counts}", COUNTS)
    .replace("{crowd}", CROWD)
)


@dataclass(frozen=True, slots=True)
class Margin:
    """How many pieces are free, and how many this hold may have in all: by the merchant's limit
    and by the bound of its network. None is no bound.
    """

    available: int
    allowed: int | None
    buyer_limit: int | None
    room: int | None


async def lock_stock(
    connection: Connection, hold_id: UUID, variant_ids: Collection[UUID]
) -> dict[UUID, Margin]:
    """The stock rows, locked in the order of their ids, with what ran out free again. The caller
    has locked the hold's lines.

    Three statements in one round trip: the margins are read when the rows are locked, so that they
    count what others had committed by then.
    """
    values = {**LIMITS, "id": hold_id, "variants": list(variant_ids)}
    _, _, margins = await connection.fetch(
        Statement(LOCK_STOCK, values), Statement(RECLAIM, values), Statement(MARGINS, values)
    )
    return {row[0]: Margin(*row[1:]) for row in margins}


CHANGE: LiteralString = """
with
wanted as materialized (
  select variant_id, sku, quantity, unit_amount
  from unnest(%(variants)s::uuid[], %(skus)s::text[], %(quantities)s::int[], %(amounts)s::bigint[])
    as line(variant_id, sku, quantity, unit_amount)
),
moved as (
  update stock_item set held = held + coalesce(wanted.quantity, 0) - coalesce(old.quantity, 0)
  from (select variant_id, quantity from hold_line where hold_id = %(id)s) as old
    full join wanted using (variant_id)
  where stock_item.variant_id = coalesce(old.variant_id, wanted.variant_id)
),
gone as (
  delete from hold_line where hold_id = %(id)s and variant_id <> all(%(variants)s::uuid[])
),
put as (
  insert into hold_line (hold_id, variant_id, sku, quantity, unit_amount, currency, state,
    expires_at)
  select %(id)s, variant_id, sku, quantity, unit_amount, %(currency)s, 'held', %(expires_at)s
  from wanted
  on conflict (hold_id, variant_id) do update set quantity = excluded.quantity
)
update hold set total = %(total)s where id = %(id)s
"""


def change_lines(connection: Connection, hold: Hold) -> None:
    """The lines of a hold become these; all of it is locked already."""
    write(
        connection,
        CHANGE,
        {
            "id": hold.id,
            "currency": hold.total.currency,
            "total": hold.total.amount,
            "expires_at": hold.expires_at,
            "variants": [line.variant_id for line in hold.lines],
            "skus": [line.sku for line in hold.lines],
            "quantities": [line.quantity for line in hold.lines],
            "amounts": [line.unit_price.amount for line in hold.lines],
        },
    )
