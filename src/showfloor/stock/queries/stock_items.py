"""What there is of a variant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Parameters, Session
from showfloor.stock.models import StockItemRow
from showfloor.stock.types import Stock


async def stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """What is there of each variant; unknown ids are left out."""
    rows = await session.execute(
        select(StockItemRow).where(StockItemRow.variant_id.in_(variant_ids))
    )
    return {row.variant_id: Stock(row.on_hand, row.held, row.sold) for row in rows.scalars()}


async def set_buyer_limit(session: Session, variant_id: UUID, limit: int | None) -> None:
    """How many pieces one buyer may have; None for no limit."""
    row: Parameters = {"variant_id": variant_id, "on_hand": 0, "buyer_limit": limit}
    stored = insert(StockItemRow).values(row)
    await session.execute(
        stored.on_conflict_do_update(index_elements=["variant_id"], set_={"buyer_limit": limit})
    )


async def set_on_hand(session: Session, variant_id: UUID, on_hand: int) -> bool:
    """False when more is held and sold than that."""
    row: Parameters = {"variant_id": variant_id, "on_hand": on_hand}
    enough = StockItemRow.held + StockItemRow.sold <= on_hand
    stored = insert(StockItemRow).values(row)
    stored = stored.on_conflict_do_update(
        index_elements=["variant_id"], set_={"on_hand": on_hand}, where=enough
    )
    return (await session.execute(stored.returning(StockItemRow.variant_id))).first() is not None


async def take_counts(session: Session, counts: Mapping[UUID, int]) -> None:
    """How many there are of each, or as many as are held and sold where that is more. The rows are
    locked in the order of their ids, as all others do.
    """
    rows = [{"variant_id": variant, "on_hand": count} for variant, count in sorted(counts.items())]
    stored = insert(StockItemRow)
    committed = StockItemRow.held + StockItemRow.sold
    stored = stored.on_conflict_do_update(
        index_elements=["variant_id"],
        set_={"on_hand": func.greatest(stored.excluded.on_hand, committed)},
    )
    await session.execute(stored, rows)


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
            .values(sold=StockItemRow.sold - count)
            .returning(StockItemRow.variant_id)
        )
        if (await session.execute(back)).first() is None:
            refused.append(variant_id)
    return refused
