"""What there is of a variant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Parameters, Session
from showfloor.stock.models import StockItemRow
from showfloor.stock.types import Stock


async def stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """What is there of each variant; unknown ids are left out."""
    rows = await session.execute(
        select(StockItemRow).where(StockItemRow.variant_id.in_(variant_ids))
    )
    return {row.variant_id: _stock(row) for row in rows.scalars()}


def _stock(row: StockItemRow) -> Stock:
    return Stock(row.on_hand, row.held, row.sold, row.missing, row.version, row.waiting)


async def lock_stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """Nobody buys, holds or counts them until this transaction ends. Rows that are not there yet
    are added, with nothing in them; all are locked in the order of their ids.
    """
    new = [{"variant_id": variant, "on_hand": 0} for variant in sorted(variant_ids)]
    if not new:
        return {}
    await session.execute(insert(StockItemRow).values(new).on_conflict_do_nothing())
    rows = await session.execute(
        select(StockItemRow)
        .where(StockItemRow.variant_id.in_(variant_ids))
        .order_by(StockItemRow.variant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.variant_id: _stock(row) for row in rows.scalars()}


async def write_counts(session: Session, counts: Mapping[UUID, Stock]) -> None:
    """How many there are, and how many of them are missing, of rows that are locked."""
    rows = [
        {
            "variant_id": variant_id,
            "on_hand": stock.on_hand,
            "missing": stock.missing,
            "version": stock.version + 1,
        }
        for variant_id, stock in sorted(counts.items())
    ]
    if rows:
        await session.execute(update(StockItemRow), rows)


async def set_buyer_limit(session: Session, variant_id: UUID, limit: int | None) -> None:
    """How many pieces one buyer may have; None for no limit."""
    row: Parameters = {"variant_id": variant_id, "on_hand": 0, "buyer_limit": limit}
    stored = insert(StockItemRow).values(row)
    await session.execute(
        stored.on_conflict_do_update(index_elements=["variant_id"], set_={"buyer_limit": limit})
    )


async def put_back(session: Session, pieces: Mapping[UUID, int]) -> list[UUID]:
    """So many pieces that were sold are there again. The variants of which fewer were sold, and
    which stay as they are.
    """
    refused = []
    for variant_id in sorted(pieces):
        count = pieces[variant_id]
        back = (
            update(StockItemRow)
            .where(StockItemRow.variant_id == variant_id, StockItemRow.sold >= count)
            .values(sold=StockItemRow.sold - count, version=StockItemRow.version + 1)
            .returning(StockItemRow.variant_id)
        )
        if (await session.execute(back)).first() is None:
            refused.append(variant_id)
    return refused
