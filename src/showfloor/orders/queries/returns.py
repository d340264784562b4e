"""What came back of orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.orders.models import ReturnLineRow, ReturnProofRow, ReturnRow
from showfloor.orders.types import Return, ReturnedPieces, ReturnProof


async def earlier_return(session: Session, order_id: UUID, key: bytes) -> bytes | None:
    """The fingerprint of what was asked with this Idempotency-Key before."""
    chosen = select(ReturnRow.request).where(ReturnRow.order_id == order_id, ReturnRow.key == key)
    return (await session.execute(chosen)).scalar_one_or_none()


async def add_return(
    session: Session, order_id: UUID, new: Return, key: bytes, request: bytes
) -> None:
    await session.execute(
        insert(ReturnRow).values(
            id=new.id,
            order_id=order_id,
            value_lost=new.value_lost.amount,
            at=new.at,
            key=key,
            request=request,
        )
    )
    await session.execute(
        insert(ReturnLineRow),
        [
            {
                "return_id": new.id,
                "position": at,
                "quantity": each.quantity,
                "damaged": each.damaged,
                "restock": each.restock,
            }
            for at, each in new.pieces.items()
        ],
    )


async def set_proof(session: Session, order_id: UUID, proof: ReturnProof) -> None:
    """A number may be corrected; when the first one came stays."""
    row = upsert(ReturnProofRow).values(
        order_id=order_id, carrier=proof.carrier, tracking=proof.tracking, at=proof.at
    )
    corrected = {"carrier": row.excluded.carrier, "tracking": row.excluded.tracking}
    await session.execute(row.on_conflict_do_update(index_elements=["order_id"], set_=corrected))


async def returns_of(
    session: Session, currency_of: Mapping[UUID, str]
) -> dict[UUID, tuple[Return, ...]]:
    """Oldest first, by order."""
    rows = await session.execute(
        select(ReturnRow, ReturnLineRow)
        .join(ReturnLineRow, ReturnLineRow.return_id == ReturnRow.id)
        .where(ReturnRow.order_id.in_(currency_of))
        .order_by(ReturnRow.id, ReturnLineRow.position)
    )
    pieces: dict[UUID, dict[int, ReturnedPieces]] = {}
    made: dict[UUID, ReturnRow] = {}
    for row, line in rows:
        made[row.id] = row
        back = ReturnedPieces(line.quantity, line.damaged, line.restock)
        pieces.setdefault(row.id, {})[line.position] = back
    found: dict[UUID, tuple[Return, ...]] = {}
    for row in made.values():
        lost = Money(row.value_lost, currency_of[row.order_id])
        one = Return(row.id, pieces[row.id], lost, row.at)
        found[row.order_id] = (*found.get(row.order_id, ()), one)
    return found


async def proofs_of(session: Session, order_ids: Collection[UUID]) -> dict[UUID, ReturnProof]:
    """By order."""
    chosen = select(ReturnProofRow).where(ReturnProofRow.order_id.in_(order_ids))
    return {
        row.order_id: ReturnProof(row.carrier, row.tracking, row.at)
        for row in (await session.execute(chosen)).scalars()
    }
