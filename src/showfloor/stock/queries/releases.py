"""How a hold ends: its pieces are sold or free again, and what remains of it is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from sqlalchemy import exists

from showfloor.kit.db import Connection, Session, delete_batch, fetch, write
from showfloor.stock.models import HoldLineRow, HoldRow
from showfloor.stock.types import LineState

# The held lines of a hold end: lines are locked first, stock rows after them and in the order of
# their ids.
_END: LiteralString = """
with line as materialized (
  select variant_id, quantity, apart_id from hold_line
  where hold_id = %(id)s and state = 'held' order by variant_id for update
),
done as (
  update hold_line set state = '{state}' from line
  where hold_id = %(id)s and hold_line.variant_id = line.variant_id
),
stock as materialized (
  select variant_id, buyer_limit from stock_item
  where variant_id in (select variant_id from line) order by variant_id for update
),
ended as (
  update hold set {forget} where id = %(id)s and exists (select from line)
)
update stock_item set held = held - line.quantity{sold}
from line join stock using (variant_id) where stock_item.variant_id = line.variant_id
"""
# Which network bought is forgotten, but for goods with a limit for each buyer, as in a drop.
SETTLE: LiteralString = (
    _END.replace("{state}", "settled")
    .replace(
        "{forget}",
        "client = case when exists (select from stock where buyer_limit is not null) "
        "or exists (select from line where apart_id is not null) then client end",
    )
    .replace("{sold}", ", sold = sold + line.quantity, version = version + 1")
)
# Which network had them counts in the cool-down.
RELEASE: LiteralString = (
    _END.replace("{state}", "released")
    .replace(
        "{forget}",
        "expires_at = least(expires_at, clock_timestamp())",
    )
    .replace("{sold}", "")
)


def settle(connection: Connection, hold_id: UUID) -> None:
    """Held pieces are sold."""
    write(connection, SETTLE, {"id": hold_id})


def release(connection: Connection, hold_id: UUID) -> None:
    """Held pieces are free again."""
    write(connection, RELEASE, {"id": hold_id})


RELEASE_DUE: LiteralString = """
with due as materialized (
  select hold_id, variant_id, quantity from hold_line
  where state = 'held' and apart_id is null and expires_at <= statement_timestamp()
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


async def next_expiry(connection: Connection) -> datetime | None:
    """The earliest end of a line that is held."""
    ((first,),) = await fetch(
        connection,
        "select min(expires_at) from hold_line where state = 'held' and apart_id is null",
        {},
    )
    return first if isinstance(first, datetime) else None


async def remove_holds_before(session: Session, moment: datetime) -> int:
    """A batch of holds whose goods went back long ago; what was sold stands in the orders."""
    kept = exists().where(HoldLineRow.hold_id == HoldRow.id, HoldLineRow.state == LineState.HELD)
    return await delete_batch(session, HoldRow, HoldRow.expires_at < moment, ~kept)
