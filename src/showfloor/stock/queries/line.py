"""Pieces for people who wait in line. `offers` says who is first, and has
locked its list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from sqlalchemy import LargeBinary, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext, SalesKind
from showfloor.stock.models import HoldLineRow, HoldRow, StockItemRow
from showfloor.stock.queries.reservation import COUNTS, CROWD, LIMITS, NEAR
from showfloor.stock.queries.stock_items import lock_stock_of
from showfloor.stock.types import Hold, Line, LineState


async def set_waiting(session: Session, variant_id: UUID, people: int) -> None:
    await session.execute(
        update(StockItemRow)
        .where(StockItemRow.variant_id == variant_id, StockItemRow.waiting != people)
        .values(waiting=people)
    )


async def freed(session: Session) -> list[UUID]:
    """Of which variants something is available for which people wait; nothing is locked."""
    chosen = select(StockItemRow.variant_id).where(
        StockItemRow.waiting > 0, StockItemRow.available > 0
    )
    return list((await session.execute(chosen)).scalars())


async def take_for_first(
    session: Session, hold: Hold, line: Line, *, guest: bytes, key: bytes, now: datetime
) -> bool:
    """Whether a piece was available; then `hold` has it."""
    moved = await session.execute(
        update(StockItemRow)
        .where(StockItemRow.variant_id == line.variant_id, StockItemRow.available >= line.quantity)
        .values(held=StockItemRow.held + line.quantity)
        .returning(StockItemRow.variant_id)
    )
    if moved.first() is None:
        return False
    await session.execute(
        insert(HoldRow).values(
            id=hold.id,
            kind=hold.context.kind.value,
            market=hold.context.market,
            scope=hold.context.scope,
            show_id=hold.context.show_id,
            guest=guest,
            key=key,
            request=b"",
            currency=hold.total.currency,
            total=hold.total.amount,
            expires_at=hold.expires_at,
            created_at=now,
        )
    )
    await session.execute(
        insert(HoldLineRow).values(
            hold_id=hold.id,
            variant_id=line.variant_id,
            sku=line.sku,
            quantity=line.quantity,
            unit_amount=line.unit_price.amount,
            currency=line.unit_price.currency,
            state=LineState.HELD.value,
            expires_at=hold.expires_at,
        )
    )
    return True


async def is_open(session: Session, hold_id: UUID) -> bool:
    """By the database's clock, of a hold whose lines are locked."""
    held = HoldLineRow.state == LineState.HELD.value
    runs = HoldLineRow.expires_at > func.clock_timestamp()
    chosen = select(func.count()).where(HoldLineRow.hold_id == hold_id, held, runs)
    return bool((await session.execute(chosen)).scalar_one())


async def move(
    session: Session, hold_id: UUID, new_id: UUID, *, guest: bytes, key: bytes, client: bytes | None
) -> None:
    """What is held in a hold is held in a new one from now on, of this network, until the same
    deadline; its lines and their stock are locked. The old one has ended, and counts for nobody's
    network: the goods never were free.
    """
    same = ("kind", "market", "scope", "show_id", "currency", "total", "expires_at", "created_at")
    old = select(
        literal(new_id),
        literal(guest, LargeBinary),
        literal(key, LargeBinary),
        literal(b"", LargeBinary),
        literal(client, LargeBinary),
        *(getattr(HoldRow, name) for name in same),
    ).where(HoldRow.id == hold_id)
    await session.execute(
        insert(HoldRow).from_select(["id", "guest", "key", "request", "client", *same], old)
    )
    columns = ("variant_id", "sku", "quantity", "unit_amount", "currency", "state", "expires_at")
    held = (HoldLineRow.hold_id == hold_id, HoldLineRow.state == LineState.HELD.value)
    lines = select(literal(new_id), *(getattr(HoldLineRow, name) for name in columns)).where(*held)
    await session.execute(insert(HoldLineRow).from_select(["hold_id", *columns], lines))
    await session.execute(update(HoldLineRow).where(*held).values(state=LineState.RELEASED.value))
    ended = func.least(HoldRow.expires_at, func.clock_timestamp())
    await session.execute(
        update(HoldRow).where(HoldRow.id == hold_id).values(expires_at=ended, client=None)
    )


async def hold_by_id(session: Session, hold_id: UUID) -> Hold:
    row = (await session.execute(select(HoldRow).where(HoldRow.id == hold_id))).scalar_one()
    found = await session.execute(select(HoldLineRow).where(HoldLineRow.hold_id == hold_id))
    lines = tuple(
        Line(each.variant_id, each.sku, each.quantity, Money(each.unit_amount, each.currency))
        for each in found.scalars()
    )
    context = SalesContext(SalesKind(row.kind), row.market, row.scope, row.show_id)
    total = Money(row.total, row.currency)
    return Hold(hold_id, context, lines, total, row.expires_at, LineState.HELD, waited=True)


# As RESERVE: what a network has of a variant in a show, held and bought, and what it may have where
# the merchant set a limit for each buyer.
ROOM: LiteralString = (
    """
with near as materialized (
  select
    {near}
  from hold join hold_line on hold_id = hold.id
  where client = %(client)s and scope = %(scope)s and variant_id = %(variant)s
    and hold.id <> %(id)s and {counts}
)
select buyer_limit,
  case when buyer_limit is not null and %(client)s::bytea is not null
    then {crowd} - coalesce(near.quantity, 0) - coalesce(near.bought, 0) end
from stock_item cross join near where stock_item.variant_id = %(variant)s
""".replace("{near}", NEAR)
    .replace("{counts}", COUNTS)
    .replace("{crowd}", CROWD)
)


async def limits_of(
    session: Session, hold: Hold, variant_id: UUID, client: bytes | None
) -> tuple[int | None, int | None]:
    """How many pieces one buyer may have of a variant in this show, and how many this network may
    have besides this hold; None for no limit. The stock is locked.
    """
    values = {
        **LIMITS,
        "id": hold.id,
        "scope": hold.context.scope,
        "variant": variant_id,
        "client": client,
    }
    connection = await session.connection()
    found: tuple[int | None, int | None] = tuple(
        (await connection.exec_driver_sql(ROOM, values)).one()
    )
    return found


async def states_of(
    session: Session, variant_id: UUID, hold_ids: Collection[UUID]
) -> dict[UUID, LineState]:
    """What became of this variant in these holds; those that have none of it are left out."""
    chosen = select(HoldLineRow.hold_id, HoldLineRow.state).where(
        HoldLineRow.hold_id.in_(hold_ids), HoldLineRow.variant_id == variant_id
    )
    return {hold_id: LineState(state) for hold_id, state in (await session.execute(chosen)).all()}


async def lock_held(
    session: Session, hold_ids: Collection[UUID], variant_ids: Collection[UUID]
) -> None:
    """What is held in these holds, then the stock of it and of these variants: all lines first, and
    stock rows after them in the order of their ids, as everybody who changes both.
    """
    lines = await session.execute(
        select(HoldLineRow.variant_id)
        .where(HoldLineRow.hold_id.in_(hold_ids), HoldLineRow.state == LineState.HELD.value)
        .order_by(HoldLineRow.hold_id, HoldLineRow.variant_id)
        .with_for_update()
    )
    await lock_stock_of(session, {*lines.scalars(), *variant_ids})


async def being_paid(session: Session, hold_ids: Collection[UUID]) -> set[UUID]:
    """Of which of these holds a payment may be under way, while they are held. Beginning to pay
    extends a hold, and a payment that is declined takes that back (`EXTEND`, `shorten`), each after
    it locked the lines: whoever has locked them reads what stays true.
    """
    chosen = (
        select(HoldRow.id)
        .join(HoldLineRow, HoldLineRow.hold_id == HoldRow.id)
        .where(
            HoldRow.id.in_(hold_ids),
            HoldRow.extended,
            HoldLineRow.state == LineState.HELD.value,
        )
    )
    return set((await session.execute(chosen)).scalars())


async def release(session: Session, hold_id: UUID) -> bool:
    """As RELEASE (releases.py): lines first, stock rows after them in the order of their ids. False
    where a payment may be under way, which finds its goods held.
    """
    lines = (
        await session.execute(
            select(HoldLineRow.variant_id, HoldLineRow.quantity)
            .where(HoldLineRow.hold_id == hold_id, HoldLineRow.state == LineState.HELD.value)
            .order_by(HoldLineRow.variant_id)
            .with_for_update()
        )
    ).all()
    if not lines:
        return True
    if await being_paid(session, [hold_id]):
        return False
    await session.execute(
        update(HoldLineRow)
        .where(HoldLineRow.hold_id == hold_id, HoldLineRow.state == LineState.HELD.value)
        .values(state=LineState.RELEASED.value)
    )
    for variant_id, quantity in lines:
        await session.execute(
            update(StockItemRow)
            .where(StockItemRow.variant_id == variant_id)
            .values(held=StockItemRow.held - quantity)
        )
    ended = func.least(HoldRow.expires_at, func.clock_timestamp())
    await session.execute(update(HoldRow).where(HoldRow.id == hold_id).values(expires_at=ended))
    return True
