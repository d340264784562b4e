"""The hold of one buyer, of any number of lines."""

from __future__ import annotations

from typing import LiteralString

from showfloor.kit.db import Database, Parameters
from showfloor.stock.queries.reservation import (
    COUNTS,
    CROWD,
    LIMITS,
    NEAR,
    HoldResult,
    Reservation,
    context_values,
    run,
    unless_reserved_meanwhile,
)

# Take everything or nothing, once per key, in one statement that is its own transaction. All parts
# see the database as it was when the statement began, except rows that are locked or updated: those
# are read again in their newest version (PostgreSQL, "Read Committed"). So what decides, `stock`,
# is locked; `seen` only spares a buyer who comes too late the lock and the commit. `due` is what
# ran out and is still held: it is taken back here when stock runs short, so that an expired hold
# cannot keep goods from a buyer even when the worker is dead. It reads its clock after the lock was
# got. Of the free pieces `waiting` are kept for people who wait in line (service/line.py): those
# are not free for whoever asks here. Of two statements with the same key that run at once, one
# finds `key` taken: then `taken` is empty and no stock moves. `near` and `mine`, what the buyer's
# network and the buyer already have, are as old as the statement. Within a process HoldBatcher runs
# the requests of one network for one variant one after another, and those of several lines too;
# only one of each kind can overlap. So each process can overshoot that bound by two requests, never
# the stock.
RESERVE: LiteralString = (
    """
with
wanted as materialized (
  select variant_id, sku, quantity, unit_amount
  from unnest(%(variants)s::uuid[], %(skus)s::text[], %(quantities)s::int[], %(amounts)s::bigint[])
    as line(variant_id, sku, quantity, unit_amount)
),
earlier as materialized (
  select from hold where key = %(key)s
),
guest as materialized (
  select coalesce((select guest from hold where id = %(previous)s::uuid), %(guest)s::bytea) as hash
),
limits as materialized (
  select count(*) >= %(most)s::int as reached
  from hold join guest on hold.guest = guest.hash
  where scope = %(scope)s and expires_at > statement_timestamp()
    and exists (select from hold_line where hold_id = hold.id and state = 'held')
),
mine as materialized (
  select variant_id, sum(quantity)::int as quantity
  from hold join guest on hold.guest = guest.hash join hold_line on hold_id = hold.id
  where scope = %(scope)s
    and (state = 'settled' or state = 'held' and hold_line.expires_at > statement_timestamp())
  group by variant_id
),
near as materialized (
  select variant_id,
    {near}
  from hold join hold_line on hold_id = hold.id
  where client = %(client)s::bytea and scope = %(scope)s and {counts}
  group by variant_id
),
seen as materialized (
  select wanted.variant_id, quantity, coalesce(available - waiting, 0) + case
    when coalesce(available - waiting, 0) >= quantity then 0
    else (
      select coalesce(sum(expired.quantity), 0) from hold_line expired
      where expired.variant_id = wanted.variant_id and state = 'held' and apart_id is null
        and expires_at <= statement_timestamp()
    ) end as available
  from wanted left join stock_item using (variant_id)
),
stock as materialized (
  select variant_id, on_hand - missing - held - sold - waiting as available, buyer_limit,
    greatest(%(least)s::int, ceil((on_hand - missing - sold) / %(share)s::numeric)::int) as room,
    {crowd} as crowd
  from stock_item
  where variant_id = any(%(variants)s::uuid[])
    and not (select reached from limits)
    and not exists (select from earlier)
    and not exists (select from seen where available < quantity)
  order by variant_id
  for update
),
due as materialized (
  select hold_id, hold_line.variant_id
  from hold_line join stock using (variant_id) join wanted using (variant_id)
  where stock.available < wanted.quantity and state = 'held' and apart_id is null
    and expires_at <= (select clock_timestamp())
  for update of hold_line skip locked
),
reclaimed as (
  update hold_line set state = 'released'
  from due where hold_line.hold_id = due.hold_id and hold_line.variant_id = due.variant_id
  returning hold_line.variant_id, hold_line.quantity
),
returned as materialized (
  select variant_id, sum(quantity)::int as quantity from reclaimed group by variant_id
),
found as materialized (
  select variant_id, wanted.quantity,
    stock.available + coalesce(returned.quantity, 0) as available,
    case when %(client)s::bytea is null then wanted.quantity
      else least(stock.room - coalesce(near.quantity, 0),
        stock.crowd - coalesce(near.quantity, 0) - coalesce(near.bought, 0)) end as room,
    coalesce(buyer_limit - coalesce(mine.quantity, 0), wanted.quantity) as allowed,
    buyer_limit
  from wanted join stock using (variant_id) left join returned using (variant_id)
    left join near using (variant_id) left join mine using (variant_id)
),
taken as (
  insert into hold (id, kind, market, scope, show_id, guest, key, request, client, currency, total,
    expires_at, created_at)
  select %(id)s, %(kind)s, %(market)s, %(scope)s, %(show_id)s, hash, %(key)s, %(request)s,
    %(client)s, %(currency)s, %(total)s,
    clock_timestamp() + make_interval(secs => %(seconds)s), clock_timestamp()
  from guest
  where (select count(*) from found where least(available, room, allowed) >= quantity)
    = cardinality(%(variants)s::uuid[])
  on conflict (key) do nothing
  returning id, expires_at
),
lines as (
  insert into hold_line (hold_id, variant_id, sku, quantity, unit_amount, currency, state,
    expires_at)
  select taken.id, variant_id, sku, quantity, unit_amount, %(currency)s, 'held', taken.expires_at
  from taken cross join wanted
  returning variant_id, quantity
),
moved as (
  update stock_item set held = held - coalesce(returned.quantity, 0) + coalesce(lines.quantity, 0)
  from found left join returned using (variant_id) left join lines using (variant_id)
  where stock_item.variant_id = found.variant_id
    and (returned.variant_id is not null or lines.variant_id is not null)
),
short as materialized (
  select variant_id, available from found where available < quantity
  union all
  select variant_id, available from seen where available < quantity and not exists (select
    from found)
)
select
  (select expires_at from taken),
  exists (select from earlier),
  (select reached from limits),
  (select array_agg(variant_id) from short),
  (select array_agg(available) from short),
  (select min(buyer_limit) from found where allowed < quantity),
  (select array_agg(variant_id) from found where room < quantity),
  (select array_agg(room) from found where room < quantity)
""".replace("{near}", NEAR)
    .replace("{counts}", COUNTS)
    .replace("{crowd}", CROWD)
)


async def reserve(
    database: Database, reservation: Reservation, statement: LiteralString = RESERVE
) -> HoldResult:
    """One hold, all or nothing. Raises Busy when the rows stay locked or no connection is free."""
    ((expires_at, known, limited, short, left, buyer_limit, crowded, room),) = await run(
        database, statement, _values(reservation)
    )
    result = HoldResult(
        expires_at,
        known,
        limited,
        dict(zip(short or (), left or (), strict=True)),
        buyer_limit,
        dict(zip(crowded or (), room or (), strict=True)),
    )
    return (await unless_reserved_meanwhile(database, [(reservation, result)]))[0]


def _values(reservation: Reservation) -> Parameters:
    return {
        **LIMITS,
        **context_values(reservation.context),
        "id": reservation.id,
        "guest": reservation.guest,
        "previous": reservation.caller.previous,
        "client": reservation.caller.client,
        "key": reservation.key,
        "request": reservation.request,
        "currency": reservation.total.currency,
        "total": reservation.total.amount,
        "seconds": reservation.seconds,
        "variants": [line.variant_id for line in reservation.lines],
        "skus": [line.sku for line in reservation.lines],
        "quantities": [line.quantity for line in reservation.lines],
        "amounts": [line.unit_price.amount for line in reservation.lines],
    }
