"""What is summed and listed of the books."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    text,
    tuple_,
)

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.ledger.models import BackRow, EntryRow, LineRow, OrderRow, PostingRow
from showfloor.ledger.types import (
    Account,
    Entry,
    EntryKind,
    Holder,
    KindSum,
    Movement,
    Posting,
    Waiting,
)

_SUM = func.sum(PostingRow.amount)
_counted_at = func.coalesce(EntryRow.posted_at, EntryRow.at)


def counted_in(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of an entry: it is part of the statement of this time."""
    return _counted_at >= since, _counted_at < until


def _of(account: Account) -> tuple[ColumnElement[bool], ...]:
    return PostingRow.holder == account.holder.value, PostingRow.owner == account.owner


def _summed(*columns: Any) -> Select[Any]:
    return select(*columns, _SUM.label("amount")).join(EntryRow, EntryRow.id == PostingRow.entry_id)


async def balances(session: Session, account: Account, *, before: datetime) -> dict[str, int]:
    """What somebody had, by currency: the sum of all postings before a moment."""
    chosen = _summed(EntryRow.currency).where(*_of(account), _counted_at < before)
    chosen = chosen.group_by(EntryRow.currency)
    return {row.currency: int(row.amount) for row in await session.execute(chosen)}


async def sums_by_kind(
    session: Session, account: Account, since: datetime, until: datetime
) -> dict[str, list[KindSum]]:
    """All movements of a period, by currency; kinds in the order in which they are declared."""
    rows = await session.execute(
        _summed(EntryRow.currency, EntryRow.kind, func.count().label("count"))
        .where(*_of(account), *counted_in(since, until))
        .group_by(EntryRow.currency, EntryRow.kind)
    )
    found: dict[str, list[KindSum]] = {}
    order = list(EntryKind)
    for row in rows:
        kind = EntryKind(row.kind)
        money = Money(int(row.amount), row.currency)
        found.setdefault(row.currency, []).append(KindSum(kind, row.count, money))
    return {
        currency: sorted(sums, key=lambda each: order.index(each.kind))
        for currency, sums in found.items()
    }


async def standing(
    session: Session, account: Account, now: datetime
) -> tuple[dict[str, int], dict[str, list[Waiting]]]:
    """What somebody has by currency, and what of it waits: what the orders make whose days to
    withdraw are not over, by when they are, and those whose buyers withdrew and are still owed
    something. Those that make less than nothing wait for nobody.

    One statement: of two, the second would see a sale or a refund that the first did not, and what
    waits would be payable.
    """
    has = _summed(
        literal(True).label("whole"),
        null().cast(OrderRow.payable_at.type).label("payable_at"),
        literal(False).label("withdrawn"),
        EntryRow.currency,
        literal(0).label("orders"),
    )
    has = has.where(*_of(account)).group_by(EntryRow.currency)
    rows = await session.execute(
        has.union_all(_waiting(account, now)).order_by(
            text("payable_at asc nulls last"), text("withdrawn")
        )
    )
    sums: dict[str, int] = {}
    waiting: dict[str, list[Waiting]] = {}
    for row in rows:
        if row.whole:
            sums[row.currency] = int(row.amount)
            continue
        money = Money(int(row.amount), row.currency)
        waiting.setdefault(row.currency, []).append(
            Waiting(row.payable_at, money, row.orders, row.withdrawn)
        )
    return sums, waiting


def _waiting(account: Account, now: datetime) -> Select[Any]:
    owned = (
        OrderRow.merchant_id == account.owner_id
        if account.holder is Holder.MERCHANT
        else or_(OrderRow.creator_id == account.owner_id, OrderRow.affiliate_id == account.owner_id)
    )
    owes = case((owes_buyer(), True), else_=False)
    payable_at = case((owes_buyer(), None), else_=OrderRow.payable_at)
    by_order = (
        select(
            payable_at.label("payable_at"),
            owes.label("withdrawn"),
            EntryRow.currency,
            _SUM.label("amount"),
        )
        .join(EntryRow, EntryRow.order_id == OrderRow.order_id)
        .join(PostingRow, PostingRow.entry_id == EntryRow.id)
        .where(*_of(account), owned)
        .where(waits(now))
        .group_by(OrderRow.order_id, EntryRow.currency)
        .having(_SUM > 0)
        .subquery()
    )
    columns = by_order.c.payable_at, by_order.c.withdrawn, by_order.c.currency
    count, amount = func.count().label("orders"), func.sum(by_order.c.amount).label("amount")
    return select(literal(False).label("whole"), *columns, count, amount).group_by(*columns)


def waits(now: datetime) -> ColumnElement[bool]:
    """Of an order: what it makes is nobody's to take yet."""
    return or_(OrderRow.payable_at.is_(None), OrderRow.payable_at > now, owes_buyer())


def owes_buyer() -> ColumnElement[bool]:
    """Of an order: its buyer withdrew, or a refund failed, and they were not given back what is
    theirs.
    """
    given = (
        select(func.coalesce(func.sum(BackRow.amount), 0))
        .where(BackRow.order_id == OrderRow.order_id)
        .scalar_subquery()
    )
    settled = given + OrderRow.written_off
    return and_(OrderRow.withdrawn_at.is_not(None), settled < OrderRow.due_back)


async def movements(
    session: Session,
    accounts: Collection[Account],
    *,
    order_id: UUID | None,
    limit: int,
    before: UUID | None,
) -> list[Movement]:
    """Postings of these accounts, newest entry first. All of one entry come together, so there may
    be more than `limit` of them.
    """
    own = tuple_(PostingRow.holder, PostingRow.owner).in_(_pairs(accounts))
    chosen = select(EntryRow).where(
        EntryRow.id.in_(select(PostingRow.entry_id).where(own).distinct())
    )
    if order_id is not None:
        chosen = chosen.where(EntryRow.order_id == order_id)
    if before is not None:
        chosen = chosen.where(EntryRow.id < before)
    rows = (await session.execute(chosen.order_by(EntryRow.id.desc()).limit(limit))).scalars().all()
    postings = await _postings_of(session, [row.id for row in rows])
    numbers = await _numbers_of(session, {row.order_id for row in rows if row.order_id})
    wanted, found = set(accounts), list[Movement]()
    for row in rows:
        entry = _entry(row, postings[row.id])
        number = numbers.get(row.order_id) if row.order_id else None
        found += _movements(entry, wanted, number)
    return found


async def movements_between(
    session: Session,
    account: Account,
    since: datetime,
    until: datetime,
    *,
    limit: int,
    after: UUID | None,
) -> list[Movement]:
    """Postings of one account in a period, in the order in which they were booked; those of `limit`
    entries after one of them.
    """
    chosen = select(EntryRow).where(*counted_in(since, until))
    own = select(PostingRow.entry_id).where(*_of(account))
    if after is not None:
        chosen, own = chosen.where(EntryRow.id > after), own.where(PostingRow.entry_id > after)
    chosen = chosen.where(EntryRow.id.in_(own)).order_by(EntryRow.id).limit(limit)
    rows = (await session.execute(chosen)).scalars().all()
    postings = await _postings_of(session, [row.id for row in rows])
    numbers = await _numbers_of(session, {row.order_id for row in rows if row.order_id})
    return [
        movement
        for row in rows
        for movement in _movements(
            _entry(row, postings[row.id]),
            {account},
            numbers.get(row.order_id) if row.order_id else None,
        )
    ]


def _movements(entry: Entry, wanted: Collection[Account], number: str | None) -> list[Movement]:
    return [
        Movement(
            entry=entry,
            account=posting.account,
            amount=Money(posting.amount, entry.currency),
            order_number=number,
            others=tuple(other.account for other in entry.postings if other is not posting),
        )
        for posting in entry.postings
        if posting.account in wanted
    ]


def _pairs(accounts: Iterable[Account]) -> list[tuple[str, str]]:
    return [(each.holder.value, each.owner) for each in accounts]


async def _postings_of(
    session: Session, entry_ids: Collection[UUID]
) -> dict[UUID, tuple[Posting, ...]]:
    rows = await session.execute(
        select(PostingRow)
        .where(PostingRow.entry_id.in_(entry_ids))
        .order_by(PostingRow.entry_id, PostingRow.position)
    )
    found: dict[UUID, tuple[Posting, ...]] = dict.fromkeys(entry_ids, ())
    for row in rows.scalars():
        posting = Posting(Account(Holder(row.holder), row.owner), row.amount)
        found[row.entry_id] = (*found[row.entry_id], posting)
    return found


async def _numbers_of(session: Session, order_ids: Collection[UUID]) -> dict[UUID, str]:
    chosen = select(OrderRow.order_id, OrderRow.number).where(OrderRow.order_id.in_(order_ids))
    return {row.order_id: row.number for row in await session.execute(chosen)}


def _entry(row: EntryRow, postings: tuple[Posting, ...]) -> Entry:
    return Entry(
        id=row.id,
        kind=EntryKind(row.kind),
        source_id=row.source_id,
        at=row.at,
        currency=row.currency,
        postings=postings,
        order_id=row.order_id,
        base=row.base,
        rate=row.rate,
        posted_at=row.posted_at,
    )


async def unbalanced(session: Session) -> list[tuple[UUID, int]]:
    """Entries whose postings do not sum to zero, with what they sum to. None, says the database."""
    total = func.coalesce(_SUM, 0)
    rows = await session.execute(
        select(EntryRow.id, total.label("amount"))
        .outerjoin(PostingRow, PostingRow.entry_id == EntryRow.id)
        .group_by(EntryRow.id)
        .having(or_(total != 0, func.count(PostingRow.entry_id) < 2))
        .limit(100)
    )
    return [(row.id, int(row.amount)) for row in rows]


async def refund_share(
    session: Session, merchant_id: UUID, product_id: UUID | None, since: datetime, until: datetime
) -> tuple[int, int]:
    """(orders, hundredths of a percent of their goods that went back) of a seller's orders of a
    period; of one product, or with None of all.
    """
    back = (
        select(BackRow.order_id, BackRow.position, func.sum(BackRow.amount).label("amount"))
        .group_by(BackRow.order_id, BackRow.position)
        .subquery()
    )
    chosen = (
        select(
            func.count(LineRow.order_id.distinct()).label("orders"),
            func.coalesce(func.sum(LineRow.amount), 0).label("sold"),
            func.coalesce(func.sum(back.c.amount), 0).label("back"),
        )
        .join(OrderRow, OrderRow.order_id == LineRow.order_id)
        .outerjoin(
            back, and_(back.c.order_id == LineRow.order_id, back.c.position == LineRow.position)
        )
        .where(OrderRow.merchant_id == merchant_id, LineRow.position >= 0)
        .where(OrderRow.placed_at >= since, OrderRow.placed_at < until)
    )
    if product_id is not None:
        chosen = chosen.where(LineRow.product_id == product_id)
    row = (await session.execute(chosen)).one()
    return row.orders, round(row.back * 10_000 / row.sold) if row.sold else 0
