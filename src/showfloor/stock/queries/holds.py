"""Reading a hold, and moving its deadline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from showfloor.kit import money
from showfloor.kit.db import Asked, Connection, ask, fetch, write
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext, SalesKind
from showfloor.stock.rules import state_of
from showfloor.stock.types import Hold, Line, LineState

T = TypeVar("T")


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
  line.expires_at <= clock_timestamp(), variant_id, sku, quantity, unit_amount, state, apart_id
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


def ask_hold(
    connection: Connection,
    hold_id: UUID,
    read: Callable[[Hold | None], T],
    *,
    lock: bool = False,
) -> Asked[T]:
    """As `hold_by_id`, with the next statement that is waited for."""
    return ask(
        connection,
        LOCK_HOLD if lock else READ_HOLD,
        {"id": hold_id},
        lambda rows: read(_hold(hold_id, rows) if rows else None),
    )


def ask_waited(connection: Connection, hold_id: UUID) -> Asked[bool]:
    """Whether nobody asked for it: what was asked for has the digest of the request."""
    return ask(
        connection,
        "select request = '' from hold where id = %(id)s",
        {"id": hold_id},
        lambda rows: bool(rows and rows[0][0]),
    )


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
        apart_id=rows[0][12],
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
  not (select is_open from open), variant_id, sku, quantity, unit_amount, state, apart_id
from hold join line on hold_id = hold.id
where hold.id = %(id)s
order by variant_id
"""


def ask_extended(
    connection: Connection, hold_id: UUID, seconds: int, read: Callable[[Hold | None], Hold]
) -> Asked[Hold]:
    """The hold, locked; its deadline is later by `seconds` if it is open and was not extended
    yet.
    """
    return ask(
        connection,
        EXTEND,
        {"id": hold_id, "seconds": seconds},
        lambda rows: read(_hold(hold_id, rows) if rows else None),
    )


def secure(connection: Connection, hold_id: UUID, seconds: int) -> None:
    """The lines, which are what taking goods reads, run out later; the hold keeps its deadline for
    whoever goes back to it.
    """
    write(
        connection,
        """
        update hold_line set expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
        where hold_id = %(id)s and state = 'held'
        """,
        {"id": hold_id, "seconds": seconds},
    )


def shorten(connection: Connection, hold_id: UUID, seconds: int) -> None:
    """Take an extension back. The caller has locked the checkout, so that nobody pays meanwhile."""
    write(
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
