"""All SQL of `offers`. Who adds to the log of a drop has locked its row; the log is only added to.

Buyers come on the driver (decision 0008), the show's team and the worker on the ORM's session.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Connection, Parameters, Session, fetch, write
from showfloor.kit.money import Money
from showfloor.offers.models import DropHoldRow, DropRecordRow, DropRow
from showfloor.offers.rules.running import milliseconds
from showfloor.offers.types import Drop, DropState, Head

_PLAIN = (
    "id",
    "show_id",
    "product_id",
    "variant_id",
    "sku",
    "units",
    "per_person",
    "countdown_s",
    "runs_s",
    "agreed",
    "created_at",
    "cue_id",
    "announced_at",
    "opens_at",
    "closes_at",
    "closed_at",
    "ended_at",
    "sold",
    "salt",
)
"""Fields whose column has the same name and value."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A drop that nobody else changes until this transaction ends; `at` is the database's clock in
    milliseconds, read after the lock was got, and never before the last record.
    """

    drop: Drop
    head: Head
    at: int


def _drop(row: Mapping[str, Any]) -> Drop:
    was = row["was"]
    salt = row["salt"]
    plain = {name: row[name] for name in _PLAIN}
    return Drop(
        **{**plain, "salt": None if salt is None else bytes(salt)},
        price=Money(row["price"], row["currency"]),
        was=None if was is None else Money(was, row["currency"]),
        state=DropState(row["state"]),
    )


def _columns(drop: Drop) -> Parameters:
    return {
        **{name: getattr(drop, name) for name in _PLAIN},
        "price": drop.price.amount,
        "currency": drop.price.currency,
        "was": None if drop.was is None else drop.was.amount,
        "state": drop.state.value,
    }


async def add_drop(session: Session, drop: Drop) -> None:
    await session.execute(insert(DropRow).values(_columns(drop)))


async def save_drop(session: Session, drop: Drop) -> None:
    await session.execute(update(DropRow).where(DropRow.id == drop.id).values(_columns(drop)))


async def drop(session: Session, drop_id: UUID) -> Drop | None:
    found = await _drops(session, select(DropRow).where(DropRow.id == drop_id))
    return found[0] if found else None


async def drops_of_show(session: Session, show_id: UUID) -> list[Drop]:
    """Those that were not given up, in the order in which they were planned."""
    chosen = select(DropRow).where(
        DropRow.show_id == show_id, DropRow.state != DropState.CANCELLED.value
    )
    return await _drops(session, chosen.order_by(DropRow.created_at, DropRow.id))


_OPEN = DropRow.state.in_([DropState.PLANNED.value, DropState.ANNOUNCED.value])


async def open_of_products(session: Session, product_ids: Collection[UUID]) -> list[Drop]:
    """Those that are planned or announced, in every show."""
    chosen = select(DropRow).where(DropRow.product_id.in_(product_ids), _OPEN)
    return await _drops(session, chosen.order_by(DropRow.created_at, DropRow.id))


async def products_asked_for(session: Session) -> set[UUID]:
    """Of which a drop is planned or announced, whoever sells them."""
    return set((await session.execute(select(DropRow.product_id).where(_OPEN))).scalars())


_NOT_ENDED = DropRow.state.in_([DropState.ANNOUNCED.value, DropState.OVER.value])


async def not_ended(session: Session) -> tuple[list[Drop], int]:
    """Those that were announced and have not ended, in every show, the first to open first, and the
    database's clock in milliseconds.
    """
    chosen = select(DropRow).where(_NOT_ENDED)
    found = await _drops(session, chosen.order_by(DropRow.opens_at, DropRow.id))
    return found, milliseconds((await session.execute(select(_NOW))).scalar_one())


async def announced_of_show(session: Session, show_id: UUID) -> UUID | None:
    """The one that is announced, and may be over by its time."""
    chosen = select(DropRow.id).where(
        DropRow.show_id == show_id, DropRow.state == DropState.ANNOUNCED.value
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def is_newest(session: Session, drop: Drop) -> bool:
    """Whether no other drop of its show was announced later."""
    later = select(DropRow.id).where(
        DropRow.show_id == drop.show_id, DropRow.announced_at > drop.announced_at
    )
    return (await session.execute(later.limit(1))).first() is None


async def _drops(session: Session, chosen: Select[DropRow]) -> list[Drop]:
    rows = await session.execute(chosen.execution_options(populate_existing=True))
    return [_drop(vars(row)) for row in rows.scalars()]


_NOW = func.clock_timestamp()


async def lock_drop(session: Session, drop_id: UUID) -> Locked | None:
    """For the team and the worker."""
    chosen = select(DropRow).where(DropRow.id == drop_id).with_for_update()
    found = await session.execute(chosen.execution_options(populate_existing=True))
    row = found.scalar_one_or_none()
    if row is None:
        return None
    now = (await session.execute(select(_NOW))).scalar_one()
    return _locked(vars(row), now)


def _locked(row: Mapping[str, Any], now: datetime) -> Locked:
    head = Head(row["records"], row["head"] or "", row["head_at"])
    return Locked(_drop(row), head, max(milliseconds(now), head.at))


_FIELDS = (*_PLAIN, "price", "currency", "was", "state", "records", "head", "head_at")
# The clock is read after the lock was got.
_LOCK: LiteralString = """
with locked as materialized (
  select * from drop where id = %(id)s for update
)
select id, show_id, product_id, variant_id, sku, units, per_person, countdown_s, runs_s, agreed,
  created_at, cue_id, announced_at, opens_at, closes_at, closed_at, ended_at, sold, salt,
  price, currency, was, state, records, head, head_at, clock_timestamp()
from locked
"""


_READ: LiteralString = _LOCK.replace("for update", "")


async def lock_drop_of_buyer(connection: Connection, drop_id: UUID) -> Locked | None:
    return await _of_buyer(connection, drop_id, _LOCK)


async def read_drop(connection: Connection, drop_id: UUID) -> tuple[Drop, int] | None:
    """Without a lock; with the database's clock in milliseconds."""
    found = await _of_buyer(connection, drop_id, _READ)
    return None if found is None else (found.drop, found.at)


async def _of_buyer(
    connection: Connection, drop_id: UUID, statement: LiteralString
) -> Locked | None:
    rows = await fetch(connection, statement, {"id": drop_id})
    if not rows:
        return None
    *values, now = rows[0]
    return _locked(dict(zip(_FIELDS, values, strict=True)), now)


_ADD: LiteralString = """
with line as (
  insert into drop_record (drop_id, n, line)
  select %(drop)s, %(first)s + place - 1, line
  from unnest(%(lines)s::text[]) with ordinality as added(line, place)
)
update drop set records = %(records)s, head = %(head)s, head_at = %(head_at)s where id = %(drop)s
"""


def _added(drop_id: UUID, first: int, lines: Sequence[str], head: Head) -> Parameters:
    return {
        "drop": drop_id,
        "first": first,
        "lines": list(lines),
        "records": head.records,
        "head": head.digest,
        "head_at": head.at,
    }


def add_records_of_buyer(
    connection: Connection, drop_id: UUID, first: int, lines: Sequence[str], head: Head
) -> None:
    """Records from number `first` on; the drop is locked."""
    write(connection, _ADD, _added(drop_id, first, lines, head))


async def add_records(
    session: Session, drop_id: UUID, first: int, lines: Sequence[str], head: Head
) -> None:
    """As `add_records_of_buyer`."""
    rows = [
        {"drop_id": drop_id, "n": first + place, "line": line} for place, line in enumerate(lines)
    ]
    await session.execute(insert(DropRecordRow).values(rows))
    await session.execute(
        update(DropRow)
        .where(DropRow.id == drop_id)
        .values(records=head.records, head=head.digest, head_at=head.at)
    )


async def log_end(session: Session, drop_id: UUID) -> tuple[int, str]:
    """How many lines a log has, and the last hash."""
    found = await session.execute(
        select(DropRow.records, DropRow.head).where(DropRow.id == drop_id)
    )
    lines, head = found.one()
    return lines, head or ""


async def log_of(session: Session, drop_id: UUID, first: int, most: int) -> list[str]:
    """Lines of a log in their order, from number `first` on."""
    chosen = select(DropRecordRow.line).where(
        DropRecordRow.drop_id == drop_id, DropRecordRow.n.between(first, first + most - 1)
    )
    return list((await session.execute(chosen.order_by(DropRecordRow.n))).scalars())


_OF_PERSON: LiteralString = """
select coalesce(sum(pieces), 0)::int from drop_hold
where drop_id = %(drop)s and person = %(person)s and state in ('held', 'paid')
"""


async def pieces_of_person(connection: Connection, drop_id: UUID, person: str) -> int:
    """Held and bought."""
    ((pieces,),) = await fetch(connection, _OF_PERSON, {"drop": drop_id, "person": person})
    return int(pieces)


def add_hold(
    connection: Connection, drop_id: UUID, hold_id: UUID, arrival: int, person: str, pieces: int
) -> None:
    write(
        connection,
        """
        insert into drop_hold (hold_id, drop_id, arrival, person, pieces, state)
        values (%(hold)s, %(drop)s, %(arrival)s, %(person)s, %(pieces)s, 'held')
        """,
        {
            "hold": hold_id,
            "drop": drop_id,
            "arrival": arrival,
            "person": person,
            "pieces": pieces,
        },
    )


async def end_holds(
    connection: Connection, hold_ids: Collection[UUID], state: str
) -> dict[UUID, int]:
    """Holds that are paid or released now: the numbers of the requests that they answered."""
    rows = await fetch(
        connection,
        """
        update drop_hold set state = %(state)s
        where hold_id = any(%(holds)s::uuid[]) and state = 'held'
        returning hold_id, arrival
        """,
        {"holds": list(hold_ids), "state": state},
    )
    return dict(rows)


async def sold_of(session: Session, drop_id: UUID) -> int:
    """Pieces that are paid."""
    counted = select(func.coalesce(func.sum(DropHoldRow.pieces), 0)).where(
        DropHoldRow.drop_id == drop_id, DropHoldRow.state == "paid"
    )
    return int((await session.execute(counted)).scalar_one())


async def forget_holds(session: Session, drop_id: UUID) -> None:
    """Nothing leads from a purchase to what the log says of its buyer from now on."""
    await session.execute(delete(DropHoldRow).where(DropHoldRow.drop_id == drop_id))
