"""What is written into the books: rows are added, and but for `payable_at` never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy import insert as insert_all
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session
from showfloor.ledger.models import BackRow, EntryRow, LineRow, OrderRow, PostingRow
from showfloor.ledger.types import BookedLine, BookedOrder, Entry


async def add_order(session: Session, order: BookedOrder, products: Mapping[int, UUID]) -> bool:
    """False when the books know it; whoever is about to add it is waited for. `products` are by the
    line's position.
    """
    values = {
        "order_id": order.order_id,
        "number": order.number,
        "merchant_id": order.merchant_id,
        "creator_id": order.creator_id,
        "affiliate_id": order.affiliate_id,
        "show_id": order.show_id,
        "provider": order.provider,
        "currency": order.currency,
        "fee_rate": order.fee_rate,
        "placed_at": order.placed_at,
        "payable_at": order.payable_at,
    }
    new = insert(OrderRow).values(values).on_conflict_do_nothing().returning(OrderRow.order_id)
    if (await session.execute(new)).first() is None:
        return False
    lines = [
        {
            "order_id": order.order_id,
            "position": line.position,
            "product_id": products.get(line.position),
            "amount": line.amount,
            "rate": line.rate,
            "link_rate": line.link_rate,
        }
        for line in order.lines
    ]
    await session.execute(insert_all(LineRow), lines)
    return True


async def add_entries(session: Session, entries: Sequence[Entry]) -> None:
    """Those that are not there yet: each thing that happened has one entry of a kind."""
    if not entries:
        return
    rows = [
        {
            "id": entry.id,
            "kind": entry.kind.value,
            "source_id": entry.source_id,
            "at": entry.at,
            "currency": entry.currency,
            "order_id": entry.order_id,
            "base": entry.base,
            "rate": entry.rate,
            "posted_at": entry.posted_at,
        }
        for entry in entries
    ]
    new = insert(EntryRow).values(rows)
    new = new.on_conflict_do_nothing(index_elements=["kind", "source_id"])
    added = set((await session.execute(new.returning(EntryRow.id))).scalars())
    postings = [
        {
            "entry_id": entry.id,
            "position": position,
            "holder": posting.account.holder.value,
            "owner": posting.account.owner,
            "amount": posting.amount,
        }
        for entry in entries
        if entry.id in added
        for position, posting in enumerate(entry.postings)
    ]
    if postings:
        await session.execute(insert_all(PostingRow), postings)


async def lock_order(session: Session, order_id: UUID) -> BookedOrder | None:
    """An order with what went back of it; what follows is decided by one at a time."""
    chosen = select(OrderRow).where(OrderRow.order_id == order_id).with_for_update()
    row = (await session.execute(chosen)).scalar_one_or_none()
    if row is None:
        return None
    back = (
        select(BackRow.position, func.sum(BackRow.amount).label("back"))
        .where(BackRow.order_id == order_id)
        .group_by(BackRow.position)
        .subquery()
    )
    lines = await session.execute(
        select(LineRow.position, LineRow.amount, LineRow.rate, LineRow.link_rate, back.c.back)
        .outerjoin(back, back.c.position == LineRow.position)
        .where(LineRow.order_id == order_id)
        .order_by(LineRow.position)
    )
    return BookedOrder(
        order_id=row.order_id,
        number=row.number,
        merchant_id=row.merchant_id,
        creator_id=row.creator_id,
        affiliate_id=row.affiliate_id,
        show_id=row.show_id,
        provider=row.provider,
        currency=row.currency,
        fee_rate=row.fee_rate,
        placed_at=row.placed_at,
        payable_at=row.payable_at,
        lines=tuple(
            BookedLine(line.position, line.amount, line.rate, int(line.back or 0), line.link_rate)
            for line in lines
        ),
    )


async def add_backs(
    session: Session, order_id: UUID, source_id: UUID, shares: Mapping[int, int]
) -> None:
    """What one refund or chargeback gave back of each line."""
    rows = [
        {"source_id": source_id, "order_id": order_id, "position": at, "amount": amount}
        for at, amount in shares.items()
    ]
    if rows:
        await session.execute(insert_all(BackRow), rows)


async def backs_of(session: Session, source_id: UUID) -> dict[int, int]:
    """What one refund gave back of each line, by position."""
    rows = await session.execute(
        select(BackRow.position, BackRow.amount).where(BackRow.source_id == source_id)
    )
    return {row.position: row.amount for row in rows}


async def has_entry(session: Session, kind: str, source_id: UUID) -> bool:
    chosen = select(EntryRow.id).where(EntryRow.kind == kind, EntryRow.source_id == source_id)
    return (await session.execute(chosen)).first() is not None


async def set_payable(session: Session, order_id: UUID, moment: datetime) -> None:
    """Once: what was known first stays."""
    first = update(OrderRow).where(OrderRow.order_id == order_id, OrderRow.payable_at.is_(None))
    await session.execute(first.values(payable_at=moment))


async def set_withdrawn(session: Session, order_id: UUID, moment: datetime, due_back: int) -> None:
    """The buyer withdrew, or a refund failed, last at `moment`, and is to be given back so much in
    all, as far as is known. What an operator closed since stays as it was then.
    """
    open_order = update(OrderRow).where(
        OrderRow.order_id == order_id,
        or_(OrderRow.closed_at.is_(None), OrderRow.closed_at < moment),
    )
    await session.execute(open_order.values(withdrawn_at=moment, due_back=due_back))


async def lacking_withdrawal(session: Session, last_of: Mapping[UUID, datetime]) -> list[UUID]:
    """Those in the books of which these do not know the last withdrawal, which is in `last_of`."""
    chosen = select(OrderRow.order_id, OrderRow.withdrawn_at).where(OrderRow.order_id.in_(last_of))
    rows = await session.execute(chosen.order_by(OrderRow.order_id))
    return [order_id for order_id, known in rows if known is None or known < last_of[order_id]]


async def set_nothing_due(session: Session, order_id: UUID) -> bool:
    """The buyer is owed nothing more for all that happened until now. False where nobody withdrew.
    What is owed for a later withdrawal is owed beside it.
    """
    given = (
        select(func.coalesce(func.sum(BackRow.amount), 0))
        .where(BackRow.order_id == OrderRow.order_id)
        .scalar_subquery()
    )
    close = update(OrderRow).where(
        OrderRow.order_id == order_id, OrderRow.withdrawn_at.is_not(None)
    )
    close = close.values(
        closed_at=OrderRow.withdrawn_at, written_off=func.greatest(OrderRow.due_back - given, 0)
    )
    done = await session.execute(close.returning(OrderRow.order_id))
    return done.first() is not None


async def unknown_orders(session: Session, order_ids: Collection[UUID]) -> list[UUID]:
    """Those that are not in the books, in this order."""
    chosen = select(OrderRow.order_id).where(OrderRow.order_id.in_(order_ids))
    known = set((await session.execute(chosen)).scalars())
    return [each for each in order_ids if each not in known]
