"""All SQL of `stock`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg import OperationalError
from psycopg.errors import CheckViolation
from sqlalchemy import case, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Database, Session, delete_batch
from showfloor.kit.errors import Busy
from showfloor.kit.money import Money
from showfloor.stock.models import HoldLineRow, HoldRow, StockItemRow
from showfloor.stock.rules import MOST_OPEN_HOLDS, state_of
from showfloor.stock.types import Hold, Line, LineState, Stock

# Take everything or nothing, once per key, in one statement that is its own transaction.  All parts
# see the database as it was when the statement began, except rows that are locked or updated: those
# are read again in their newest version (PostgreSQL, "Read Committed"). So what decides, `stock`,
# is locked; `seen` only spares a buyer who comes too late the lock and the commit. `due` is what
# ran out and is still held: it is taken back here when stock runs short, so that an expired hold
# cannot keep goods from a buyer even when the worker is dead. It reads its clock after the lock was
# got. Of two statements with the same key that run at once, one finds `key` taken: then `taken` is
# empty and no stock moves.
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
  select variant_id, on_hand - held - sold as available
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
  select variant_id, wanted.quantity, stock.available + coalesce(returned.quantity, 0) as available
  from wanted join stock using (variant_id) left join returned using (variant_id)
),
taken as (
  insert into hold (id, scope, guest, key, request, currency, total, expires_at, created_at)
  select %(id)s, %(scope)s, hash, %(key)s, %(request)s, %(currency)s, %(total)s,
    clock_timestamp() + make_interval(secs => %(seconds)s), clock_timestamp()
  from guest
  where (select count(*) from found where available >= quantity) = cardinality(%(variants)s::uuid[])
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
  (select array_agg(available) from short)
"""

# The same for a crowd that wants one variant each, in one statement and one commit: whoever came
# first is served while the sum of what the earlier ones wanted still fits. It neither reclaims nor
# explains: who is left over while there may be something for them goes through RESERVE alone. A
# variant that is sold out is not locked.
RESERVE_BATCH: LiteralString = """
with
wanted as materialized (
  select id, guest, previous, key, request, quantity, amount, place
  from unnest(
    %(ids)s::uuid[], %(guests)s::bytea[], %(previous)s::uuid[], %(keys)s::bytea[],
      %(requests)s::bytea[],
    %(quantities)s::int[], %(amounts)s::bigint[]
  ) with ordinality as line(id, guest, previous, key, request, quantity, amount, place)
),
known as materialized (
  select key from hold where key = any(%(keys)s::bytea[])
),
guests as materialized (
  select place, coalesce(earlier.guest, wanted.guest) as hash, earlier.guest is not null and (
    select count(*) >= %(most)s::int from hold
    where hold.guest = earlier.guest and scope = %(scope)s and expires_at > statement_timestamp()
      and exists (select from hold_line where hold_id = hold.id and state = 'held')
  ) as reached
  from wanted left join hold earlier on earlier.id = wanted.previous
),
queue as materialized (
  select wanted.*, hash, sum(quantity) over (order by place) as upto
  from wanted join guests using (place)
  where not reached and key not in (select key from known)
),
stock as materialized (
  select on_hand - held - sold as available
  from stock_item where variant_id = %(variant)s and on_hand - held - sold > 0
  for update
),
taken as (
  insert into hold (id, scope, guest, key, request, currency, total, expires_at, created_at)
  select id, %(scope)s, hash, key, request, %(currency)s, amount * quantity,
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
  coalesce(available, 0) - coalesce((select sum(quantity) from lines), 0)::int, expired.quantity
from wanted join guests using (place) cross join expired
  left join known using (key) left join queue using (place) left join stock on true left
    join taken on taken.id = wanted.id
order by place
"""


_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Reservation:
    """Everything the taking statement needs. `lines` are sorted by variant, each variant once."""

    id: UUID
    scope: UUID
    guest: bytes
    previous: UUID | None
    key: bytes
    request: bytes
    lines: tuple[Line, ...]
    total: Money
    seconds: int


@dataclass(frozen=True, slots=True)
class HoldResult:
    """`expires_at` is None when nothing was reserved; the rest says why.

    `short` is what is left of the lines that fall short.
    """

    expires_at: datetime | None
    known: bool
    limited: bool
    short: dict[UUID, int]


async def reserve(
    database: Database, reservation: Reservation, statement: LiteralString = RESERVE
) -> HoldResult:
    """One hold, all or nothing. Raises Busy when the rows stay locked or no connection is free."""
    ((expires_at, known, limited, variants, left),) = await _run(
        database, statement, _values(reservation)
    )
    result = HoldResult(
        expires_at, known, limited, dict(zip(variants or (), left or (), strict=True))
    )
    return (await _unless_reserved_meanwhile(database, [(reservation, result)]))[0]


async def reserve_batch(
    database: Database, crowd: Sequence[Reservation], statement: LiteralString = RESERVE_BATCH
) -> list[HoldResult | None]:
    """Holds of one line each, of one variant in one scope; None for those that have to go through
    `reserve`. Raises Busy.
    """
    rows = await _run(database, statement, _crowd_values(crowd))
    result = await _unless_reserved_meanwhile(
        database,
        [(reservation, _result(row)) for reservation, row in zip(crowd, rows, strict=True)],
    )
    return [
        None if _may_still_get(reservation, one, row) else one
        for reservation, one, row in zip(crowd, result, rows, strict=True)
    ]


def _result(row: tuple[Any, ...]) -> HoldResult:
    expires_at, known, limited, variant, left, _ = row
    return HoldResult(expires_at, known, limited, {variant: left})


def _may_still_get(reservation: Reservation, result: HoldResult, row: tuple[Any, ...]) -> bool:
    if result.expires_at is not None or result.known or result.limited:
        return False
    *_, left, expired = row
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
            async with database.pool.connection() as connection:
                return await (await connection.execute(statement, values, prepare=True)).fetchall()
        except CheckViolation:
            # PostgreSQL checks an update against the version that the statement saw first, and only
            # then finds that there is a newer one. When goods came back in between, the older
            # version may seem oversold. The next statement sees the newer one.
            continue
        except OperationalError as error:
            raise Busy from error
    raise Busy


def _values(reservation: Reservation) -> dict[str, Any]:
    return {
        "id": reservation.id,
        "scope": reservation.scope,
        "guest": reservation.guest,
        "previous": reservation.previous,
        "key": reservation.key,
        "request": reservation.request,
        "currency": reservation.total.currency,
        "total": reservation.total.amount,
        "seconds": reservation.seconds,
        "most": MOST_OPEN_HOLDS,
        "variants": [line.variant_id for line in reservation.lines],
        "skus": [line.sku for line in reservation.lines],
        "quantities": [line.quantity for line in reservation.lines],
        "amounts": [line.unit_price.amount for line in reservation.lines],
    }


def _crowd_values(crowd: Sequence[Reservation]) -> dict[str, Any]:
    first, lines = crowd[0], [reservation.lines[0] for reservation in crowd]
    return {
        "variant": lines[0].variant_id,
        "sku": lines[0].sku,
        "scope": first.scope,
        "currency": first.total.currency,
        "seconds": first.seconds,
        "most": MOST_OPEN_HOLDS,
        "ids": [reservation.id for reservation in crowd],
        "guests": [reservation.guest for reservation in crowd],
        "previous": [reservation.previous for reservation in crowd],
        "keys": [reservation.key for reservation in crowd],
        "requests": [reservation.request for reservation in crowd],
        "quantities": [line.quantity for line in lines],
        "amounts": [line.unit_price.amount for line in lines],
    }


async def hold_by_key(session: Session, key: bytes) -> tuple[Hold, bytes] | None:
    """The hold that was made under an Idempotency-Key, and the fingerprint of its request."""
    found = (
        await session.execute(select(HoldRow.id, HoldRow.request).where(HoldRow.key == key))
    ).first()
    hold = await hold_by_id(session, found.id) if found else None
    return (hold, found.request) if found and hold else None


async def hold_by_id(session: Session, hold_id: UUID, *, lock: bool = False) -> Hold | None:
    """A hold with its lines; `lock` keeps every line as it is until this transaction ends."""
    chosen = (
        select(HoldLineRow).where(HoldLineRow.hold_id == hold_id).order_by(HoldLineRow.variant_id)
    )
    chosen = chosen.execution_options(populate_existing=True)
    lines = (await session.execute(chosen.with_for_update() if lock else chosen)).scalars().all()
    columns = select(HoldRow.scope, HoldRow.currency, HoldRow.total, HoldRow.expires_at)
    ran_out = (HoldRow.expires_at <= func.clock_timestamp()).label("ran_out")
    row = (await session.execute(columns.add_columns(ran_out).where(HoldRow.id == hold_id))).first()
    if row is None:
        return None
    return Hold(
        id=hold_id,
        scope=row.scope,
        lines=tuple(
            Line(line.variant_id, line.sku, line.quantity, Money(line.unit_amount, line.currency))
            for line in lines
        ),
        total=Money(row.total, row.currency),
        expires_at=row.expires_at,
        state=state_of([LineState(line.state) for line in lines]),
        ran_out=row.ran_out,
    )


async def extend(session: Session, hold_id: UUID, seconds: int) -> None:
    """Move the deadline of a hold that was not extended yet. The caller has locked the lines."""
    fresh = update(HoldRow).where(HoldRow.id == hold_id, HoldRow.extended.is_(False))
    values = {"extended": True, "expires_at": HoldRow.expires_at + timedelta(seconds=seconds)}
    moved = (
        await session.execute(fresh.values(values).returning(HoldRow.expires_at))
    ).scalar_one_or_none()
    if moved is not None:
        await session.execute(
            update(HoldLineRow).where(HoldLineRow.hold_id == hold_id).values(expires_at=moved)
        )


async def move_lines(session: Session, hold_id: UUID, to: LineState) -> dict[UUID, int]:
    """Held lines of a hold become released or settled; pieces per variant.

    Lines are locked from here, stock rows come after.
    """
    held = (
        update(HoldLineRow)
        .where(HoldLineRow.hold_id == hold_id, HoldLineRow.state == LineState.HELD)
        .values(state=to)
    )
    moved = await session.execute(held.returning(HoldLineRow.variant_id, HoldLineRow.quantity))
    return {row.variant_id: row.quantity for row in moved}


async def move_stock(session: Session, pieces: dict[UUID, int], *, sold: bool) -> None:
    """Held pieces are sold or free again. Rows are locked in the order of their ids."""
    if not pieces:
        return
    chosen = StockItemRow.variant_id.in_(pieces)
    await session.execute(
        select(StockItemRow.variant_id)
        .where(chosen)
        .order_by(StockItemRow.variant_id)
        .with_for_update()
    )
    quantity = case(pieces, value=StockItemRow.variant_id)
    values = {
        "held": StockItemRow.held - quantity,
        **({"sold": StockItemRow.sold + quantity} if sold else {}),
    }
    await session.execute(
        update(StockItemRow)
        .where(chosen)
        .values(values)
        .execution_options(synchronize_session=False)
    )


async def release_due(session: Session, most: int) -> dict[UUID, int]:
    """Lines that ran out are released; pieces per variant.

    Lines that a payment or another worker has locked are left alone.
    """
    due = await session.execute(
        text("""
        with due as materialized (
          select hold_id, variant_id from hold_line
          where state = 'held' and expires_at <= statement_timestamp()
          order by expires_at limit :most
          for update skip locked
        ), released as (
          update hold_line set state = 'released' from due
          where hold_line.hold_id = due.hold_id and hold_line.variant_id = due.variant_id
          returning hold_line.variant_id, quantity
        )
        select variant_id, sum(quantity)::int as quantity from released group by variant_id
        """),
        {"most": most},
    )
    return {row.variant_id: row.quantity for row in due}


async def next_expiry(session: Session) -> datetime | None:
    """The earliest end of a line that is held."""
    first = text("select min(expires_at) from hold_line where state = 'held'")
    found: datetime | None = (await session.execute(first)).scalar_one()
    return found


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


async def set_on_hand(session: Session, variant_id: UUID, on_hand: int) -> bool:
    """False when more is held and sold than that."""
    row: dict[str, Any] = {"variant_id": variant_id, "on_hand": on_hand}
    enough = StockItemRow.held + StockItemRow.sold <= on_hand
    stored = insert(StockItemRow).values(row)
    stored = stored.on_conflict_do_update(
        index_elements=["variant_id"], set_={"on_hand": on_hand}, where=enough
    )
    return (await session.execute(stored.returning(StockItemRow.variant_id))).first() is not None
