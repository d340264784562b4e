"""All SQL of `stock`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import OperationalError
from psycopg.errors import CheckViolation
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit import money
from showfloor.kit.db import Connection, Database, Session, delete_batch, fetch
from showfloor.kit.errors import Busy
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext, SalesKind
from showfloor.stock.models import HoldLineRow, HoldRow, StockItemRow
from showfloor.stock.rules import (
    COOL_DOWN_FREE,
    COOL_DOWN_SECONDS,
    MOST_OPEN_HOLDS,
    NETWORK_LEAST,
    NETWORK_SHARE,
    QUICK_SECONDS,
    state_of,
)
from showfloor.stock.types import Caller, Hold, Line, LineState, Stock

# Take everything or nothing, once per key, in one statement that is its own transaction.  All parts
# see the database as it was when the statement began, except rows that are locked or updated: those
# are read again in their newest version (PostgreSQL, "Read Committed"). So what decides, `stock`,
# is locked; `seen` only spares a buyer who comes too late the lock and the commit. `due` is what
# ran out and is still held: it is taken back here when stock runs short, so that an expired hold
# cannot keep goods from a buyer even when the worker is dead. It reads its clock after the lock was
# got. Of two statements with the same key that run at once, one finds `key` taken: then `taken` is
# empty and no stock moves. `near` and `mine`, what the buyer's network and the buyer already have,
# are as old as the statement: HoldBatcher keeps requests of one network from overlapping within a
# process, so several processes can overshoot that bound by one request each, never the stock.
RESERVE: LiteralString = """
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
    coalesce(sum(quantity) filter (where hold.expires_at > statement_timestamp()
      and state = 'held'), 0)
    + greatest(coalesce(sum(quantity) filter (where hold.expires_at <= statement_timestamp()), 0)
      - %(free)s::int, 0) as quantity
  from hold join hold_line on hold_id = hold.id
  where client = %(client)s::bytea and scope = %(scope)s and state <> 'settled'
    and hold.expires_at > statement_timestamp() - make_interval(secs => %(cool_down)s)
  group by variant_id
),
seen as materialized (
  select wanted.variant_id, quantity, coalesce(available, 0) + case
    when coalesce(available, 0) >= quantity then 0
    else (
      select coalesce(sum(expired.quantity), 0) from hold_line expired
      where expired.variant_id = wanted.variant_id and state = 'held'
        and expires_at <= statement_timestamp()
    ) end as available
  from wanted left join stock_item using (variant_id)
),
stock as materialized (
  select variant_id, on_hand - held - sold as available, buyer_limit,
    greatest(%(least)s::int, ceil((on_hand - sold) / %(share)s::numeric)::int) as room
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
  where stock.available < wanted.quantity and state = 'held'
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
      else stock.room - coalesce(near.quantity, 0) end as room,
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
"""

# The same for a crowd that wants one variant each, in one statement and one commit: whoever came
# first is served while the sum of what the earlier ones wanted still fits. It neither reclaims nor
# explains: who is left over while there may be something for them goes through RESERVE alone, and
# so does who fits into the room of their network only if others of it in this crowd do not. A
# variant that is sold out is not locked.
RESERVE_BATCH: LiteralString = """
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
    coalesce(sum(quantity) filter (where hold.expires_at > statement_timestamp()
      and state = 'held'), 0)
    + greatest(coalesce(sum(quantity) filter (where hold.expires_at <= statement_timestamp()), 0)
      - %(free)s::int, 0) as quantity
  from (select distinct client from wanted where client is not null) as networks
    join hold using (client) join hold_line on hold_id = hold.id
  where scope = %(scope)s and variant_id = %(variant)s and state <> 'settled'
    and hold.expires_at > statement_timestamp() - make_interval(secs => %(cool_down)s)
  group by client
),
stock as materialized (
  select on_hand - held - sold as available, buyer_limit,
    greatest(%(least)s::int, ceil((on_hand - sold) / %(share)s::numeric)::int) as room
  from stock_item where variant_id = %(variant)s and on_hand - held - sold > 0
  for update
),
allowed as materialized (
  select wanted.*, hash, wanted.quantity <= coalesce(buyer_limit - mine, wanted.quantity) as fits,
    case when client is null then wanted.quantity else room - coalesce(near.quantity, 0) end as room
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
  where variant_id = %(variant)s and state = 'held' and expires_at <= statement_timestamp()
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
"""


_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Reservation:
    """Everything the statement needs. `lines` are sorted by variant, each variant once."""

    id: UUID
    context: SalesContext
    guest: bytes
    caller: Caller
    key: bytes
    request: bytes
    lines: tuple[Line, ...]
    total: Money
    seconds: int


@dataclass(frozen=True, slots=True)
class HoldResult:
    """`expires_at` is None when nothing was reserved; the rest says why.

    `short` is what is left of the lines that fall short, `room` what the buyer's network may still
    hold of those that it may not, `buyer_limit` the merchant's limit where the buyer is over it.
    """

    expires_at: datetime | None
    known: bool
    limited: bool
    short: Mapping[UUID, int]
    buyer_limit: int | None = None
    room: Mapping[UUID, int] = field(default_factory=dict)


async def reserve(
    database: Database, reservation: Reservation, statement: LiteralString = RESERVE
) -> HoldResult:
    """One hold, all or nothing. Raises Busy when the rows stay locked or no connection is free."""
    ((expires_at, known, limited, short, left, buyer_limit, crowded, room),) = await _run(
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
    return (await _unless_reserved_meanwhile(database, [(reservation, result)]))[0]


async def reserve_batch(
    database: Database, crowd: Sequence[Reservation], statement: LiteralString = RESERVE_BATCH
) -> list[HoldResult | None]:
    """Holds of one line each, of one variant in one context; None for those that have to go through
    `reserve`. Raises Busy.
    """
    rows = await _run(database, statement, _crowd_values(crowd))
    results = await _unless_reserved_meanwhile(
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


async def _unless_reserved_meanwhile(
    database: Database, answers: Sequence[tuple[Reservation, HoldResult]]
) -> list[HoldResult]:
    """Whoever is refused may hold the goods already: the same request, sent twice, took the last
    one while this one waited, or stood before it in the same crowd. A refusal would lose that
    hold."""
    refused = [
        reservation.key
        for reservation, result in answers
        if result.expires_at is None and not result.known
    ]
    if not refused:
        return [result for _, result in answers]
    found = {
        key
        for (key,) in await _run(
            database, "select key from hold where key = any(%(keys)s::bytea[])", {"keys": refused}
        )
    }
    return [
        replace(result, known=True)
        if reservation.key in found and result.expires_at is None
        else result
        for reservation, result in answers
    ]


async def _run(
    database: Database, statement: LiteralString, values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    for _ in range(_ATTEMPTS):
        try:
            return await database.run(statement, values)
        except CheckViolation:
            # PostgreSQL checks an update against the version that the statement saw first, and only
            # then finds that there is a newer one. When goods came back in between, the older
            # version may seem oversold. The next statement sees the newer one.
            continue
        except OperationalError as error:
            raise Busy from error
    raise Busy


_LIMITS = {
    "most": MOST_OPEN_HOLDS,
    "share": NETWORK_SHARE,
    "least": NETWORK_LEAST,
    "free": COOL_DOWN_FREE,
    "cool_down": COOL_DOWN_SECONDS,
}


def _values(reservation: Reservation) -> dict[str, Any]:
    return {
        **_LIMITS,
        **_context_values(reservation.context),
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


def _crowd_values(crowd: Sequence[Reservation]) -> dict[str, Any]:
    first, lines = crowd[0], [reservation.lines[0] for reservation in crowd]
    return {
        **_LIMITS,
        **_context_values(first.context),
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


def _context_values(context: SalesContext) -> dict[str, Any]:
    return {
        "kind": context.kind.value,
        "market": context.market,
        "scope": context.scope,
        "show_id": context.show_id,
    }


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """What a hold was asked for with: by whom, and for which goods."""

    hold_id: UUID
    request: bytes
    guest: bytes
    client: bytes | None


async def request_of_key(connection: Connection, key: bytes) -> StoredRequest | None:
    """What an Idempotency-Key was used for."""
    rows = await fetch(
        connection, "select id, request, guest, client from hold where key = %(key)s", {"key": key}
    )
    return StoredRequest(*rows[0]) if rows else None


async def guest_of(connection: Connection, hold_id: UUID) -> bytes | None:
    """The guest that a hold belongs to."""
    rows = await fetch(connection, "select guest from hold where id = %(id)s", {"id": hold_id})
    return bytes(rows[0][0]) if rows else None


# A hold with its lines. The lines are read after their lock was got, and their deadline with them:
# it repeats the hold's.
_READ: LiteralString = """
with line as materialized (
  select * from hold_line where hold_id = %(id)s order by variant_id {lock}
)
select hold.kind, market, scope, show_id, line.currency, line.expires_at,
  line.expires_at <= clock_timestamp(), variant_id, sku, quantity, unit_amount, state
from hold join line on hold_id = hold.id
where hold.id = %(id)s
order by variant_id
"""
READ_HOLD: LiteralString = _READ.replace("{lock}", "")
LOCK_HOLD: LiteralString = _READ.replace("{lock}", "for update")


async def hold_by_id(connection: Connection, hold_id: UUID, *, lock: bool = False) -> Hold | None:
    """A hold with its lines; `lock` keeps every line as it is until this transaction ends."""
    rows = await fetch(connection, LOCK_HOLD if lock else READ_HOLD, {"id": hold_id})
    return _hold(hold_id, rows) if rows else None


def _hold(hold_id: UUID, rows: Sequence[tuple[Any, ...]]) -> Hold:
    kind, market, scope, show_id, currency, expires_at, ran_out = rows[0][:7]
    lines = tuple(Line(row[7], row[8], row[9], Money(row[10], currency)) for row in rows)
    return Hold(
        id=hold_id,
        context=SalesContext(SalesKind(kind), market, scope, show_id),
        lines=lines,
        total=money.total([line.total for line in lines], currency),
        expires_at=expires_at,
        state=state_of([LineState(row[11]) for row in rows]),
        ran_out=ran_out,
    )


# The deadline of an open hold moves once. Everything that decides is locked first.
EXTEND: LiteralString = """
with line as materialized (
  select * from hold_line where hold_id = %(id)s order by variant_id for update
),
open as materialized (
  select bool_and(state = 'held' and expires_at > clock_timestamp()) as is_open from line
),
moved as (
  update hold set extended = true,
    expires_at = hold.expires_at + make_interval(secs => %(seconds)s)
  from open where id = %(id)s and not extended and is_open
  returning hold.expires_at
),
lines as (
  update hold_line set expires_at = moved.expires_at from moved where hold_id = %(id)s
)
select hold.kind, market, scope, show_id, line.currency,
  coalesce((select expires_at from moved), line.expires_at),
  not (select is_open from open), variant_id, sku, quantity, unit_amount, state
from hold join line on hold_id = hold.id
where hold.id = %(id)s
order by variant_id
"""


async def extend(connection: Connection, hold_id: UUID, seconds: int) -> Hold | None:
    """The hold, locked; its deadline is later by `seconds` if it is open and was not extended
    yet.
    """
    rows = await fetch(connection, EXTEND, {"id": hold_id, "seconds": seconds})
    return _hold(hold_id, rows) if rows else None


async def shorten(connection: Connection, hold_id: UUID, seconds: int) -> None:
    """Take an extension back. The caller has locked the checkout, so that nobody pays meanwhile."""
    await fetch(
        connection,
        """
        with line as materialized (
          select * from hold_line where hold_id = %(id)s and state = 'held'
          order by variant_id for update
        ),
        moved as (
          update hold set extended = false,
            expires_at = hold.expires_at - make_interval(secs => %(seconds)s)
          where id = %(id)s and extended and (select count(*) from line) > 0
          returning expires_at
        )
        update hold_line set expires_at = moved.expires_at from moved
        where hold_id = %(id)s and state = 'held'
        """,
        {"id": hold_id, "seconds": seconds},
    )


# Held lines of a hold are sold or free again: lines are locked first, stock rows after them and in
# the order of their ids. Whose they were is forgotten, but for goods that were kept a while and not
# bought: those count in the cool-down.
SETTLE: LiteralString = """
with line as materialized (
  select variant_id, quantity from hold_line
  where hold_id = %(id)s and state = 'held' order by variant_id for update
),
done as (
  update hold_line set state = 'settled' from line
  where hold_id = %(id)s and hold_line.variant_id = line.variant_id
),
stock as materialized (
  select variant_id from stock_item where variant_id in (select variant_id from line)
  order by variant_id for update
),
forgotten as (
  update hold set client = null where id = %(id)s and exists (select from line)
)
update stock_item set held = held - line.quantity, sold = sold + line.quantity
from line join stock using (variant_id) where stock_item.variant_id = line.variant_id
"""
RELEASE: LiteralString = """
with line as materialized (
  select variant_id, quantity from hold_line
  where hold_id = %(id)s and state = 'held' order by variant_id for update
),
done as (
  update hold_line set state = 'released' from line
  where hold_id = %(id)s and hold_line.variant_id = line.variant_id
),
stock as materialized (
  select variant_id from stock_item where variant_id in (select variant_id from line)
  order by variant_id for update
),
ended as (
  update hold set expires_at = least(expires_at, clock_timestamp()),
    client = case when created_at < clock_timestamp() - make_interval(secs => %(quick)s)
      then client end
  where id = %(id)s and exists (select from line)
)
update stock_item set held = held - line.quantity
from line join stock using (variant_id) where stock_item.variant_id = line.variant_id
"""


async def settle(connection: Connection, hold_id: UUID) -> None:
    """Held pieces are sold."""
    await fetch(connection, SETTLE, {"id": hold_id})


async def release(connection: Connection, hold_id: UUID) -> None:
    """Held pieces are free again."""
    await fetch(connection, RELEASE, {"id": hold_id, "quick": QUICK_SECONDS})


# What a hold may still take of each variant, with the stock rows locked. `others` is what the buyer
# has besides this hold, `near` what the buyer's network holds besides it.
LOCK_STOCK: LiteralString = """
with own as materialized (
  select guest, client, scope from hold where id = %(id)s
),
stock as materialized (
  select variant_id, on_hand - held - sold as available, buyer_limit,
    greatest(%(least)s::int, ceil((on_hand - sold) / %(share)s::numeric)::int) as room
  from stock_item where variant_id = any(%(variants)s::uuid[])
  order by variant_id for update
),
others as materialized (
  select variant_id, sum(quantity)::int as quantity
  from own join hold using (guest, scope) join hold_line on hold_id = hold.id
  where hold.id <> %(id)s
    and (state = 'settled' or state = 'held' and hold_line.expires_at > statement_timestamp())
  group by variant_id
),
near as materialized (
  select variant_id, sum(quantity)::int as quantity
  from own join hold using (client, scope) join hold_line on hold_id = hold.id
  where hold.id <> %(id)s and state = 'held' and hold_line.expires_at > statement_timestamp()
  group by variant_id
)
select variant_id, available, buyer_limit - coalesce(others.quantity, 0), buyer_limit,
  case when (select client from own) is not null then room - coalesce(near.quantity, 0) end
from stock left join others using (variant_id) left join near using (variant_id)
"""


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
    """The stock rows, locked in the order of their ids. The caller has locked the hold's lines."""
    values = {
        "id": hold_id,
        "variants": list(variant_ids),
        "least": NETWORK_LEAST,
        "share": NETWORK_SHARE,
    }
    return {row[0]: Margin(*row[1:]) for row in await fetch(connection, LOCK_STOCK, values)}


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


async def change_lines(connection: Connection, hold: Hold) -> None:
    """The lines of a hold become these; all of it is locked already."""
    await fetch(
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


RELEASE_DUE: LiteralString = """
with due as materialized (
  select hold_id, variant_id, quantity from hold_line
  where state = 'held' and expires_at <= statement_timestamp()
  order by expires_at limit %(most)s
  for update skip locked
),
released as (
  update hold_line set state = 'released' from due
  where hold_line.hold_id = due.hold_id and hold_line.variant_id = due.variant_id
),
sums as materialized (
  select variant_id, sum(quantity)::int as quantity from due group by variant_id
),
stock as materialized (
  select variant_id from stock_item where variant_id in (select variant_id from sums)
  order by variant_id for update
),
moved as (
  update stock_item set held = held - sums.quantity
  from sums join stock using (variant_id) where stock_item.variant_id = sums.variant_id
)
select coalesce(sum(quantity), 0)::int from sums
"""


async def release_due(connection: Connection, most: int) -> int:
    """Lines that ran out are released; how many pieces.

    Lines that a payment or another worker has locked are left alone.
    """
    ((pieces,),) = await fetch(connection, RELEASE_DUE, {"most": most})
    return int(pieces)


async def forget_clients_before(connection: Connection, moment: datetime, most: int) -> int:
    """A batch of holds whose cool-down is over: which network asked is forgotten."""
    rows = await fetch(
        connection,
        """
        with old as materialized (
          select id from hold where client is not null and expires_at < %(moment)s
          limit %(most)s for update skip locked
        )
        update hold set client = null from old where hold.id = old.id returning hold.id
        """,
        {"moment": moment, "most": most},
    )
    return len(rows)


async def next_expiry(connection: Connection) -> datetime | None:
    """The earliest end of a line that is held."""
    ((first,),) = await fetch(
        connection, "select min(expires_at) from hold_line where state = 'held'", {}
    )
    return first if isinstance(first, datetime) else None


async def remove_holds_before(session: Session, moment: datetime) -> int:
    """A batch of holds whose goods went back long ago; what was sold stands in the orders."""
    kept = exists().where(HoldLineRow.hold_id == HoldRow.id, HoldLineRow.state == LineState.HELD)
    return await delete_batch(session, HoldRow, HoldRow.expires_at < moment, ~kept)


async def stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """What is there of each variant; unknown ids are left out."""
    rows = await session.execute(
        select(StockItemRow).where(StockItemRow.variant_id.in_(variant_ids))
    )
    return {row.variant_id: Stock(row.on_hand, row.held, row.sold) for row in rows.scalars()}


async def set_buyer_limit(session: Session, variant_id: UUID, limit: int | None) -> None:
    """How many pieces one buyer may have; None for no limit."""
    row: dict[str, Any] = {"variant_id": variant_id, "on_hand": 0, "buyer_limit": limit}
    stored = insert(StockItemRow).values(row)
    await session.execute(
        stored.on_conflict_do_update(index_elements=["variant_id"], set_={"buyer_limit": limit})
    )


async def set_on_hand(session: Session, variant_id: UUID, on_hand: int) -> bool:
    """False when more is held and sold than that."""
    row: dict[str, Any] = {"variant_id": variant_id, "on_hand": on_hand}
    enough = StockItemRow.held + StockItemRow.sold <= on_hand
    stored = insert(StockItemRow).values(row)
    stored = stored.on_conflict_do_update(
        index_elements=["variant_id"], set_={"on_hand": on_hand}, where=enough
    )
    return (await session.execute(stored.returning(StockItemRow.variant_id))).first() is not None
