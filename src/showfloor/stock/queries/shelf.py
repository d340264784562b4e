"""Changes of stock with their reasons, what is kept for sales here, what the merchant's own shop
said, and which products the desk lists.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, column, delete, func, select, table, true
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Parameters, Session
from showfloor.stock.models import StockChangeRow, StockItemRow, StockLeaseRow, StockReportRow
from showfloor.stock.types import ChangeReason, Lease, ProductFilter, Report, StockChange

# A view of the database over products, variants, stock and reports (migration 0023): what is asked
# of all of them at once is one statement.
_products = table(
    "desk_product",
    column("id"),
    column("merchant_id"),
    column("words"),
    column("pictures"),
    column("in_stock"),
    column("held"),
    column("short"),
    column("differs"),
)
_listed = _products.c


async def add_changes(
    session: Session,
    changes: Collection[StockChange],
    *,
    key: bytes | None = None,
    request: bytes | None = None,
) -> None:
    rows: list[Parameters] = [
        {
            "variant_id": each.variant_id,
            "reason": each.reason.value,
            "before": each.before,
            "after": each.after,
            "note": each.note,
            "reference": each.reference,
            "person_id": each.person_id,
            "at": each.at,
            "key": key,
            "request": request,
        }
        for each in changes
    ]
    if rows:
        await session.execute(insert(StockChangeRow), rows)


async def change_of_key(session: Session, variant_id: UUID, key: bytes) -> bytes | None:
    """The fingerprint of what was asked with this Idempotency-Key before."""
    chosen = select(StockChangeRow.request).where(
        StockChangeRow.variant_id == variant_id, StockChangeRow.key == key
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def change_of_reference(
    session: Session, variant_id: UUID, reference: str
) -> StockChange | None:
    chosen = select(StockChangeRow).where(
        StockChangeRow.variant_id == variant_id, StockChangeRow.reference == reference
    )
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _change(row) if row else None


async def changes_of(
    session: Session, variant_ids: Collection[UUID], most: int
) -> list[StockChange]:
    """Newest first."""
    chosen = select(StockChangeRow).where(StockChangeRow.variant_id.in_(variant_ids))
    rows = await session.execute(chosen.order_by(StockChangeRow.id.desc()).limit(most))
    return [_change(row) for row in rows.scalars()]


def _change(row: StockChangeRow) -> StockChange:
    return StockChange(
        variant_id=row.variant_id,
        reason=ChangeReason(row.reason),
        before=row.before,
        after=row.after,
        at=row.at,
        person_id=row.person_id,
        note=row.note,
        reference=row.reference,
    )


async def set_lease(session: Session, variant_id: UUID, lease: Lease) -> None:
    values: Parameters = {
        "quantity": lease.quantity,
        "sold_before": lease.sold_before,
        "until": lease.until,
    }
    stored = insert(StockLeaseRow).values({"variant_id": variant_id, **values})
    await session.execute(
        stored.on_conflict_do_update(index_elements=["variant_id"], set_=dict(values))
    )


async def end_lease(session: Session, variant_id: UUID) -> None:
    await session.execute(delete(StockLeaseRow).where(StockLeaseRow.variant_id == variant_id))


async def leases_of(
    session: Session, variant_ids: Collection[UUID], now: datetime
) -> dict[UUID, Lease]:
    """Those that are not over."""
    chosen = select(StockLeaseRow).where(
        StockLeaseRow.variant_id.in_(variant_ids), StockLeaseRow.until > now
    )
    rows = await session.execute(chosen.execution_options(populate_existing=True))
    return {
        row.variant_id: Lease(row.quantity, row.sold_before, row.until) for row in rows.scalars()
    }


async def add_report(session: Session, variant_id: UUID, report: Report) -> None:
    """What was said before is forgotten."""
    values: Parameters = {
        "said": report.said,
        "ours": report.ours,
        "accepted": report.accepted,
        "at": report.at,
    }
    stored = insert(StockReportRow).values({"variant_id": variant_id, **values})
    await session.execute(
        stored.on_conflict_do_update(index_elements=["variant_id"], set_=dict(values))
    )


async def reports_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Report]:
    chosen = select(StockReportRow).where(StockReportRow.variant_id.in_(variant_ids))
    rows = await session.execute(chosen.execution_options(populate_existing=True))
    return {
        row.variant_id: Report(row.said, row.ours, row.accepted, row.at) for row in rows.scalars()
    }


async def limits_of(session: Session, variant_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many one buyer may have, of variants with such a limit."""
    chosen = select(StockItemRow.variant_id, StockItemRow.buyer_limit).where(
        StockItemRow.variant_id.in_(variant_ids), StockItemRow.buyer_limit.is_not(None)
    )
    return {row.variant_id: row.buyer_limit for row in await session.execute(chosen)}


async def product_ids(
    session: Session,
    merchant_ids: Collection[UUID],
    which: ProductFilter,
    words: str,
    *,
    limit: int,
    after: UUID | None,
) -> list[UUID]:
    """A page of these merchants' products, newest first."""
    chosen = select(_listed.id).where(_listed.merchant_id.in_(merchant_ids), _fits(which))
    for word in words.lower().split():
        chosen = chosen.where(_listed.words.contains(word, autoescape=True))
    if after is not None:
        chosen = chosen.where(_listed.id < after)
    rows = await session.execute(chosen.order_by(_listed.id.desc()).limit(limit))
    return list(rows.scalars())


async def count_products(
    session: Session, merchant_ids: Collection[UUID]
) -> dict[ProductFilter, int]:
    """How many there are of each kind, in one statement."""
    counted = select(
        *(func.count().filter(_fits(which)).label(which.value) for which in ProductFilter)
    ).where(_listed.merchant_id.in_(merchant_ids))
    row = (await session.execute(counted)).one()
    return {which: row[place] for place, which in enumerate(ProductFilter)}


def _fits(which: ProductFilter) -> ColumnElement[bool]:
    match which:
        case ProductFilter.ALL:
            return true()
        case ProductFilter.SOLD_OUT:
            return _listed.in_stock == 0
        case ProductFilter.NO_PICTURE:
            return _listed.pictures == 0
        case ProductFilter.SHORT:
            return _listed.short > 0
        case ProductFilter.DIFFERS:
            return _listed.differs.is_(True)
