"""What merchants and creators agreed about commissions, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.ledger.models import AgreementRow, EntryRow, LineRow, OrderRow, PostingRow
from showfloor.ledger.queries.reading import counted_in
from showfloor.ledger.types import Agreement, EntryKind, Holder, LinkRow, Side, Way


async def agreements(
    session: Session, *, merchant_ids: Collection[UUID] = (), creator_id: UUID | None = None
) -> list[Agreement]:
    """Of any of these merchants, or of this creator; oldest first."""
    whose: ColumnElement[bool] = AgreementRow.merchant_id.in_(merchant_ids)
    if creator_id is not None:
        whose = or_(whose, AgreementRow.creator_id == creator_id)
    rows = await session.execute(select(AgreementRow).where(whose).order_by(AgreementRow.id))
    return [_agreement(row) for row in rows.scalars()]


async def agreements_between(
    session: Session, merchant_id: UUID, creator_id: UUID, way: Way
) -> list[Agreement]:
    """Oldest first."""
    chosen = select(AgreementRow).where(
        AgreementRow.merchant_id == merchant_id,
        AgreementRow.creator_id == creator_id,
        AgreementRow.way == way.value,
    )
    return [
        _agreement(row)
        for row in (await session.execute(chosen.order_by(AgreementRow.id))).scalars()
    ]


async def agreement(session: Session, agreement_id: UUID) -> Agreement | None:
    row = await session.get(AgreementRow, agreement_id, populate_existing=True)
    return _agreement(row) if row else None


async def add_agreement(session: Session, new: Agreement) -> None:
    await session.execute(
        insert(AgreementRow).values(
            id=new.id,
            merchant_id=new.merchant_id,
            creator_id=new.creator_id,
            product_id=new.product_id,
            way=new.way.value,
            rate=new.rate,
            proposed_by=new.proposed_by.value,
            proposed_at=new.proposed_at,
            agreed_at=new.agreed_at,
            effective_at=new.effective_at,
        )
    )


async def end_open(session: Session, new: Agreement) -> None:
    """What was proposed and not agreed about the same gives way to what comes next."""
    same = (
        AgreementRow.product_id.is_(None)
        if new.product_id is None
        else AgreementRow.product_id == new.product_id
    )
    await session.execute(
        update(AgreementRow)
        .where(
            AgreementRow.merchant_id == new.merchant_id,
            AgreementRow.creator_id == new.creator_id,
            AgreementRow.way == new.way.value,
        )
        .where(same, AgreementRow.agreed_at.is_(None), AgreementRow.ended_at.is_(None))
        .values(ended_at=new.proposed_at)
    )


async def set_agreed(
    session: Session, agreement_id: UUID, now: datetime, effective_at: datetime
) -> bool:
    """False when it was agreed or ended before."""
    changed = update(AgreementRow).where(AgreementRow.id == agreement_id, *_OPEN)
    done = changed.values(agreed_at=now, effective_at=effective_at).returning(AgreementRow.id)
    return (await session.execute(done)).first() is not None


async def set_ended(session: Session, agreement_id: UUID, now: datetime) -> bool:
    """False when it was agreed or ended before."""
    changed = update(AgreementRow).where(AgreementRow.id == agreement_id, *_OPEN)
    done = changed.values(ended_at=now).returning(AgreementRow.id)
    return (await session.execute(done)).first() is not None


_OPEN = AgreementRow.agreed_at.is_(None), AgreementRow.ended_at.is_(None)


def _agreement(row: AgreementRow) -> Agreement:
    return Agreement(
        id=row.id,
        merchant_id=row.merchant_id,
        creator_id=row.creator_id,
        product_id=row.product_id,
        rate=row.rate,
        proposed_by=Side(row.proposed_by),
        proposed_at=row.proposed_at,
        agreed_at=row.agreed_at,
        effective_at=row.effective_at,
        ended_at=row.ended_at,
        way=Way(row.way),
    )


_COMMISSION = [EntryKind.COMMISSION.value, EntryKind.COMMISSION_BACK.value]


async def earned(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    merchant_ids: Collection[UUID] = (),
    creator_id: UUID | None = None,
) -> dict[tuple[UUID, UUID], list[Money]]:
    """What creators earned of merchants' sales in a period, less what went back, by (merchant,
    creator).
    """
    whose: ColumnElement[bool] = OrderRow.merchant_id.in_(merchant_ids)
    if creator_id is not None:
        whose = or_(whose, OrderRow.creator_id == creator_id)
    columns = OrderRow.merchant_id, OrderRow.creator_id, EntryRow.currency
    rows = await session.execute(
        select(*columns, func.sum(PostingRow.amount).label("amount"))
        .join(EntryRow, EntryRow.id == PostingRow.entry_id)
        .join(OrderRow, OrderRow.order_id == EntryRow.order_id)
        .where(
            EntryRow.kind.in_(_COMMISSION),
            *counted_in(since, until),
            whose,
        )
        .where(PostingRow.holder == Holder.CREATOR.value)
        .group_by(*columns)
        .order_by(*columns)
    )
    found: dict[tuple[UUID, UUID], list[Money]] = {}
    for row in rows:
        if row.creator_id is not None:
            pair = row.merchant_id, row.creator_id
            found.setdefault(pair, []).append(Money(int(row.amount), row.currency))
    return found


async def goods_sold(
    session: Session, since: datetime, until: datetime, pairs: Collection[tuple[UUID, UUID]]
) -> Mapping[tuple[UUID, UUID, str], int]:
    """What was paid for goods of orders placed in a period, by (merchant, creator, currency)."""
    columns = OrderRow.merchant_id, OrderRow.creator_id, OrderRow.currency
    rows = await session.execute(
        select(*columns, func.sum(LineRow.amount).label("amount"))
        .join(LineRow, LineRow.order_id == OrderRow.order_id)
        .where(OrderRow.placed_at >= since, OrderRow.placed_at < until, LineRow.position >= 0)
        .where(OrderRow.merchant_id.in_({merchant for merchant, _ in pairs}))
        .group_by(*columns)
    )
    return {
        (row.merchant_id, row.creator_id, row.currency): int(row.amount)
        for row in rows
        if row.creator_id is not None
    }


async def shows_of(
    session: Session, since: datetime, until: datetime, pairs: Collection[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], set[UUID]]:
    """The shows of a creator that sold for a merchant in a period."""
    rows = await session.execute(
        select(OrderRow.merchant_id, OrderRow.creator_id, OrderRow.show_id)
        .where(OrderRow.placed_at >= since, OrderRow.placed_at < until)
        .where(OrderRow.merchant_id.in_({merchant for merchant, _ in pairs}))
        .distinct()
    )
    found: dict[tuple[UUID, UUID], set[UUID]] = {}
    for row in rows:
        if row.creator_id is not None and row.show_id is not None:
            found.setdefault((row.merchant_id, row.creator_id), set()).add(row.show_id)
    return found


_BY_LINK = [EntryKind.LINK_COMMISSION.value, EntryKind.LINK_COMMISSION_BACK.value]


async def link_rows(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    merchant_ids: Collection[UUID] = (),
    creator_id: UUID | None = None,
) -> list[LinkRow]:
    """What creators' links and codes made in a period, by merchant, creator and currency: orders
    placed in it, and what was earned in it less what went back in it.
    """
    whose: ColumnElement[bool] = OrderRow.merchant_id.in_(merchant_ids)
    if creator_id is not None:
        whose = or_(whose, OrderRow.affiliate_id == creator_id)
    columns = OrderRow.merchant_id, OrderRow.affiliate_id, OrderRow.currency
    earned = await session.execute(
        select(*columns, func.sum(PostingRow.amount).label("amount"))
        .join(EntryRow, EntryRow.order_id == OrderRow.order_id)
        .join(PostingRow, PostingRow.entry_id == EntryRow.id)
        .where(
            EntryRow.kind.in_(_BY_LINK),
            *counted_in(since, until),
            whose,
        )
        .where(PostingRow.holder == Holder.CREATOR.value)
        .group_by(*columns)
        .order_by(*columns)
    )
    sold = await session.execute(
        select(
            *columns,
            func.count(OrderRow.order_id.distinct()).label("orders"),
            func.sum(LineRow.amount).label("amount"),
        )
        .join(LineRow, LineRow.order_id == OrderRow.order_id)
        .where(OrderRow.placed_at >= since, OrderRow.placed_at < until, whose)
        .where(OrderRow.affiliate_id.is_not(None), LineRow.position >= 0)
        .group_by(*columns)
    )
    of_goods = {tuple(row[:3]): (row.orders, int(row.amount)) for row in sold}
    return [
        LinkRow(
            merchant_id=row.merchant_id,
            creator_id=row.affiliate_id,
            orders=of_goods.get(tuple(row[:3]), (0, 0))[0],
            sold=of_goods.get(tuple(row[:3]), (0, 0))[1],
            earned=Money(int(row.amount), row.currency),
        )
        for row in earned
    ]
