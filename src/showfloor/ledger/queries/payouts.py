"""Batches of payouts, and what is kept back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, case, func, insert, literal, or_, select, update

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.ledger.models import (
    BatchRow,
    EntryRow,
    HoldRow,
    OrderRow,
    PayoutOrderRow,
    PayoutRow,
    PostingRow,
)
from showfloor.ledger.queries.reading import waits
from showfloor.ledger.types import (
    Account,
    Batch,
    BatchState,
    Holder,
    Payout,
    PayoutHold,
    PayoutLine,
    PayoutState,
)

_CAME_BACK = (
    PayoutState.FAILED.value,
    PayoutState.RETURNED.value,
    PayoutState.DISCARDED.value,
)
"""What they were to pay is to be paid again."""


async def accounts_above_zero(session: Session, currency: str) -> list[Account]:
    """Of merchants and creators who have something."""
    rows = await session.execute(
        select(PostingRow.holder, PostingRow.owner)
        .join(EntryRow, EntryRow.id == PostingRow.entry_id)
        .where(EntryRow.currency == currency)
        .where(PostingRow.holder.in_([Holder.MERCHANT.value, Holder.CREATOR.value]))
        .group_by(PostingRow.holder, PostingRow.owner)
        .having(func.sum(PostingRow.amount) > 0)
        .order_by(PostingRow.holder, PostingRow.owner)
    )
    return [Account(Holder(row.holder), row.owner) for row in rows]


async def add_batch(session: Session, new: Batch) -> None:
    """The index refuses a second one that waits to be approved in the same currency."""
    await session.execute(
        insert(BatchRow).values(
            id=new.id,
            currency=new.currency,
            state=new.state.value,
            computed_by=new.computed_by,
            computed_at=new.computed_at,
        )
    )
    await session.execute(
        insert(PayoutRow),
        [
            {
                "id": each.id,
                "batch_id": new.id,
                "holder": each.account.holder.value,
                "owner": each.account.owner,
                "amount": each.amount.amount,
                "state": each.state.value,
                "changed_at": each.changed_at,
                "itemised": True,
            }
            for each in new.payouts
        ],
    )


async def lock_currency(session: Session, currency: str) -> None:
    """Whoever computes or approves payouts in it waits until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"payouts {currency}"))))


async def waiting_batch(session: Session, currency: str) -> UUID | None:
    """The one that waits to be approved."""
    chosen = select(BatchRow.id).where(
        BatchRow.currency == currency, BatchRow.state == BatchState.COMPUTED.value
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def batch(session: Session, batch_id: UUID, *, lock: bool = False) -> Batch | None:
    """With its payouts, in the order of their accounts."""
    chosen = select(BatchRow).where(BatchRow.id == batch_id)
    if lock:
        chosen = chosen.with_for_update()
    row = (
        await session.execute(chosen.execution_options(populate_existing=True))
    ).scalar_one_or_none()
    if row is None:
        return None
    return (await _with_payouts(session, [row]))[0]


async def batches(session: Session, limit: int) -> list[Batch]:
    """Newest first."""
    chosen = select(BatchRow).order_by(BatchRow.id.desc()).limit(limit)
    chosen = chosen.execution_options(populate_existing=True)
    return await _with_payouts(session, (await session.execute(chosen)).scalars().all())


async def _with_payouts(session: Session, rows: Sequence[BatchRow]) -> list[Batch]:
    chosen = select(PayoutRow).where(PayoutRow.batch_id.in_([row.id for row in rows]))
    chosen = chosen.order_by(PayoutRow.holder, PayoutRow.owner)
    currency = {row.id: row.currency for row in rows}
    found: dict[UUID, list[Payout]] = {row.id: [] for row in rows}
    payouts = await session.execute(chosen.execution_options(populate_existing=True))
    for each in payouts.scalars():
        found[each.batch_id].append(_payout(each, currency[each.batch_id]))
    return [
        Batch(
            id=row.id,
            currency=row.currency,
            state=BatchState(row.state),
            computed_by=row.computed_by,
            computed_at=row.computed_at,
            payouts=tuple(found[row.id]),
            approved_by=row.approved_by,
        )
        for row in rows
    ]


def _payout(row: PayoutRow, currency: str) -> Payout:
    return Payout(
        id=row.id,
        batch_id=row.batch_id,
        account=Account(Holder(row.holder), row.owner),
        amount=Money(row.amount, currency),
        state=PayoutState(row.state),
        changed_at=row.changed_at,
        reason=row.reason,
        itemised=row.itemised,
    )


async def add_payout_orders(session: Session, payout: Payout, now: datetime) -> None:
    """Say of which orders a payout is: of each what it made, or nothing as long as that waits, less
    what of it the payouts before paid. Together that is what is payable, but for what is kept back.
    """
    account, currency = payout.account, payout.amount.currency
    own = PostingRow.holder == account.holder.value, PostingRow.owner == account.owner
    posted = (
        select(EntryRow.order_id, func.sum(PostingRow.amount).label("amount"))
        .join(PostingRow, PostingRow.entry_id == EntryRow.id)
        .where(*own, EntryRow.currency == currency, EntryRow.order_id.is_not(None))
        .group_by(EntryRow.order_id)
        .subquery()
    )
    paid = (
        select(PayoutOrderRow.order_id, func.sum(PayoutOrderRow.amount).label("amount"))
        .join(PayoutRow, PayoutRow.id == PayoutOrderRow.payout_id)
        .join(BatchRow, BatchRow.id == PayoutRow.batch_id)
        .where(PayoutRow.holder == account.holder.value, PayoutRow.owner == account.owner)
        # The rows of a payout that is not itemised are what all before it paid: they stay, also
        # when the last of these comes back.
        .where(BatchRow.currency == currency)
        .where(or_(PayoutRow.itemised.is_(False), PayoutRow.state.not_in(_CAME_BACK)))
        .group_by(PayoutOrderRow.order_id)
        .subquery()
    )
    earned = case((and_(waits(now), posted.c.amount > 0), 0), else_=posted.c.amount)
    amount = earned - func.coalesce(paid.c.amount, 0)
    lines = (
        select(literal(payout.id, Uuid()), posted.c.order_id, amount)
        .select_from(posted)
        .join(OrderRow, OrderRow.order_id == posted.c.order_id)
        .outerjoin(paid, paid.c.order_id == posted.c.order_id)
        .where(amount != 0)
    )
    await session.execute(
        insert(PayoutOrderRow).from_select(["payout_id", "order_id", "amount"], lines)
    )


async def payout_lines(
    session: Session, payout: Payout, *, limit: int, after: UUID | None
) -> list[PayoutLine]:
    """In the order in which the orders were placed."""
    chosen = (
        select(PayoutOrderRow.order_id, PayoutOrderRow.amount, OrderRow.number)
        .join(OrderRow, OrderRow.order_id == PayoutOrderRow.order_id)
        .where(PayoutOrderRow.payout_id == payout.id)
        .order_by(PayoutOrderRow.order_id)
        .limit(limit)
    )
    if after is not None:
        chosen = chosen.where(PayoutOrderRow.order_id > after)
    return [
        PayoutLine(row.order_id, row.number, Money(row.amount, payout.amount.currency))
        for row in await session.execute(chosen)
    ]


async def sum_of_payout_lines(session: Session, payout_id: UUID) -> int:
    """Of all orders of a payout."""
    summed = select(func.coalesce(func.sum(PayoutOrderRow.amount), 0))
    chosen = summed.where(PayoutOrderRow.payout_id == payout_id)
    return int((await session.execute(chosen)).scalar_one())


async def find_payout(session: Session, payout_id: UUID) -> Payout | None:
    """Without those that nobody approved."""
    found = await session.execute(
        select(PayoutRow, BatchRow.currency)
        .join(BatchRow, BatchRow.id == PayoutRow.batch_id)
        .where(PayoutRow.id == payout_id, BatchRow.approved_by.is_not(None))
    )
    row = found.first()
    return None if row is None else _payout(*row)


async def batch_of(session: Session, payout_id: UUID) -> UUID | None:
    chosen = select(PayoutRow.batch_id).where(PayoutRow.id == payout_id)
    return (await session.execute(chosen)).scalar_one_or_none()


async def payouts_of(session: Session, accounts: Collection[Account]) -> list[Payout]:
    """The newest of each account, without those that nobody approved."""
    found = []
    for account in accounts:
        rows = await session.execute(
            select(PayoutRow, BatchRow.currency)
            .join(BatchRow, BatchRow.id == PayoutRow.batch_id)
            .where(PayoutRow.holder == account.holder.value, PayoutRow.owner == account.owner)
            .where(BatchRow.approved_by.is_not(None))
            .order_by(PayoutRow.id.desc())
            .limit(20)
        )
        found += [_payout(row, currency) for row, currency in rows]
    return found


async def set_batch(
    session: Session, batch_id: UUID, state: BatchState, *, approved_by: UUID | None = None
) -> None:
    values: dict[str, object] = {"state": state.value}
    if approved_by is not None:
        values["approved_by"] = approved_by
    await session.execute(update(BatchRow).where(BatchRow.id == batch_id).values(values))


async def set_payouts(
    session: Session,
    payout_ids: Collection[UUID],
    state: PayoutState,
    now: datetime,
    reason: str | None = None,
) -> None:
    await session.execute(
        update(PayoutRow)
        .where(PayoutRow.id.in_(payout_ids))
        .values(state=state.value, changed_at=now, reason=reason)
    )


async def add_hold(session: Session, new: PayoutHold, made_by: UUID, now: datetime) -> None:
    await session.execute(
        insert(HoldRow).values(
            id=new.id,
            holder=new.account.holder.value,
            owner=new.account.owner,
            currency=new.currency,
            amount=new.amount,
            reason=new.reason,
            ends_at=new.ends_at,
            made_by=made_by,
            made_at=now,
        )
    )


async def release_hold(session: Session, hold_id: UUID, now: datetime) -> bool:
    """False when there is none that holds."""
    ended = update(HoldRow).where(HoldRow.id == hold_id, HoldRow.ends_at > now)
    done = await session.execute(ended.values(ends_at=now).returning(HoldRow.id))
    return done.first() is not None


async def holds(session: Session, account: Account, now: datetime) -> list[PayoutHold]:
    """Those that hold now, the first to end first."""
    own = HoldRow.holder == account.holder.value, HoldRow.owner == account.owner
    return await _holds(session, select(HoldRow).where(*own, HoldRow.ends_at > now))


async def all_holds(session: Session, now: datetime) -> list[PayoutHold]:
    """Everybody's that hold now, the first to end first."""
    return await _holds(session, select(HoldRow).where(HoldRow.ends_at > now))


async def _holds(session: Session, chosen: Select[HoldRow]) -> list[PayoutHold]:
    rows = await session.execute(chosen.order_by(HoldRow.ends_at, HoldRow.id))
    return [
        PayoutHold(
            row.id,
            Account(Holder(row.holder), row.owner),
            row.currency,
            row.amount,
            row.reason,
            row.ends_at,
        )
        for row in rows.scalars()
    ]
