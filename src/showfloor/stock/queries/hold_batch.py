"""The holds of a crowd that wants one variant, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

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

# What RESERVE (single_hold.py) does, for a crowd that wants one variant each, in one statement and
# one commit: whoever came first is served while the sum of what the earlier ones wanted still fits.
# It neither reclaims nor explains: who is left over while there may be something for them goes
# through RESERVE alone, and so does who fits into the room of their network only if others of it in
# this crowd do not. A variant that is sold out is not locked.
RESERVE_BATCH: LiteralString = (
    """
with
wanted as materialized (
  select id, guest, previous, key, request, client, quantity, amount, place
  from unnest(
    %(ids)s::uuid[], %(guests)s::bytea[], %(previous)s::uuid[], %(keys)s::bytea[],
      %(requests)s::bytea[], %(clients)s::bytea[],
    %(quantities)s::int[], %(amounts)s::bigint[]
  ) with ordinality as line(id, guest, previous, key, request, client, quantity, amount, place)
),
known as materialized (
  select key from hold where key = any(%(keys)s::bytea[])
),
guests as materialized (
  select place, coalesce(earlier.guest, wanted.guest) as hash, earlier.guest is not null and (
    select count(*) >= %(most)s::int from hold
    where hold.guest = earlier.guest and scope = %(scope)s and expires_at > statement_timestamp()
      and exists (select from hold_line where hold_id = hold.id and state = 'held')
  ) as reached, case when earlier.guest is null then 0 else (
    select coalesce(sum(mine.quantity), 0)
    from hold join hold_line mine on mine.hold_id = hold.id and mine.variant_id = %(variant)s
    where hold.guest = earlier.guest and scope = %(scope)s
      and (state = 'settled' or state = 'held' and mine.expires_at > statement_timestamp())
  ) end as mine
  from wanted left join hold earlier on earlier.id = wanted.previous
),
near as materialized (
  select client,
    {near}
  from (select distinct client from wanted where client is not null) as networks
    join hold using (client) join hold_line on hold_id = hold.id
  where scope = %(scope)s and variant_id = %(variant)s and {counts}
  group by client
),
stock as materialized (
  select on_hand - missing - held - sold - waiting as available, buyer_limit,
    greatest(%(least)s::int, ceil((on_hand - missing - sold) / %(share)s::numeric)::int) as room,
    {crowd} as crowd
  from stock_item
  where variant_id = %(variant)s and on_hand - missing - held - sold - waiting > 0
  for update
),
allowed as materialized (
  select wanted.*, hash, wanted.quantity <= coalesce(buyer_limit - mine, wanted.quantity) as fits,
    case when client is null then wanted.quantity
      else least(room - coalesce(near.quantity, 0),
        crowd - coalesce(near.quantity, 0) - coalesce(near.bought, 0)) end as room
  from wanted join guests using (place) cross join stock left join near using (client)
  where not reached and key not in (select key from known)
),
grouped as materialized (
  select *, client is null or sum(quantity) over (partition by client order by place) <= room
    as is_near_enough
  from allowed where fits
),
queue as materialized (
  select *, sum(quantity) over (order by place) as upto from grouped where is_near_enough
),
taken as (
  insert into hold (id, kind, market, scope, show_id, guest, key, request, client, currency, total,
    expires_at, created_at)
  select id, %(kind)s, %(market)s, %(scope)s, %(show_id)s, hash, key, request, client,
    %(currency)s, amount * quantity,
    clock_timestamp() + make_interval(secs => %(seconds)s), clock_timestamp()
  from queue cross join stock
  where upto <= available
  order by place
  on conflict (key) do nothing
  returning id, expires_at
),
lines as (
  insert into hold_line (hold_id, variant_id, sku, quantity, unit_amount, currency, state,
    expires_at)
  select taken.id, %(variant)s, %(sku)s, quantity, amount, %(currency)s, 'held', taken.expires_at
  from taken join queue using (id)
  returning quantity
),
moved as (
  update stock_item set held = held + sums.quantity
  from (select sum(quantity)::int as quantity from lines) as sums
  where variant_id = %(variant)s and sums.quantity > 0
),
expired as materialized (
  select coalesce(sum(quantity), 0)::int as quantity from hold_line
  where variant_id = %(variant)s and state = 'held' and apart_id is null
    and expires_at <= statement_timestamp()
)
select taken.expires_at, known.key is not null or coalesce(upto <= available, false), reached,
  %(variant)s::uuid,
  coalesce(available, 0) - coalesce((select sum(quantity) from lines), 0)::int, expired.quantity,
  case when not allowed.fits then stock.buyer_limit end,
  case when allowed.room < wanted.quantity then allowed.room::int end
from wanted join guests using (place) cross join expired
  left join known using (key) left join queue using (place) left join stock on true
  left join allowed using (place) left join taken on taken.id = wanted.id
order by place
""".replace("{near}", NEAR)
    .replace("{counts}", COUNTS)
    .replace("{crowd}", CROWD)
)


async def reserve_batch(
    database: Database, crowd: Sequence[Reservation], statement: LiteralString = RESERVE_BATCH
) -> list[HoldResult | None]:
    """Holds of one line each, of one variant in one context; None for those that have to go through
    `reserve`. Raises Busy.
    """
    rows = await run(database, statement, _crowd_values(crowd))
    results = await unless_reserved_meanwhile(
        database,
        [(reservation, _result(row)) for reservation, row in zip(crowd, rows, strict=True)],
    )
    return [
        None if _may_still_get(reservation, one, row) else one
        for reservation, one, row in zip(crowd, results, rows, strict=True)
    ]


def _result(row: tuple[Any, ...]) -> HoldResult:
    expires_at, known, limited, variant, left, _, buyer_limit, room = row
    return HoldResult(
        expires_at,
        known,
        limited,
        {variant: left},
        buyer_limit,
        {} if room is None else {variant: room},
    )


def _may_still_get(reservation: Reservation, result: HoldResult, row: tuple[Any, ...]) -> bool:
    if result.expires_at is not None or result.known or result.limited:
        return False
    if result.room or result.buyer_limit is not None:
        return False
    left, expired = row[4:6]
    return bool(left + expired >= reservation.lines[0].quantity)


def _crowd_values(crowd: Sequence[Reservation]) -> Parameters:
    first, lines = crowd[0], [reservation.lines[0] for reservation in crowd]
    return {
        **LIMITS,
        **context_values(first.context),
        "variant": lines[0].variant_id,
        "sku": lines[0].sku,
        "currency": first.total.currency,
        "seconds": first.seconds,
        "ids": [reservation.id for reservation in crowd],
        "guests": [reservation.guest for reservation in crowd],
        "previous": [reservation.caller.previous for reservation in crowd],
        "clients": [reservation.caller.client for reservation in crowd],
        "keys": [reservation.key for reservation in crowd],
        "requests": [reservation.request for reservation in crowd],
        "quantities": [line.quantity for line in lines],
        "amounts": [line.unit_price.amount for line in lines],
    }
