"""What came back of orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.orders.models import OrderRow, ReturnLineRow, ReturnProofRow, ReturnRow
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


@dataclass(frozen=True, slots=True)
class WentBack:
    """What is known of the way back of one order's goods; returns oldest first."""

    returns: tuple[Return, ...] = ()
    proof: ReturnProof | None = None


async def went_back(session: Session, currency_of: Mapping[UUID, str]) -> dict[UUID, WentBack]:
    """By order, one statement for any number; those of which nothing came back are left out."""
    rows = await session.execute(
        select(OrderRow.id, ReturnProofRow, ReturnRow, ReturnLineRow)
        .outerjoin(ReturnProofRow, ReturnProofRow.order_id == OrderRow.id)
        .outerjoin(ReturnRow, ReturnRow.order_id == OrderRow.id)
        .outerjoin(ReturnLineRow, ReturnLineRow.return_id == ReturnRow.id)
        .where(
            OrderRow.id.in_(currency_of),
            or_(ReturnProofRow.order_id.is_not(None), ReturnRow.id.is_not(None)),
        )
        .order_by(ReturnRow.id, ReturnLineRow.position)
    )
    made: dict[UUID, dict[UUID, Return]] = {}
    proofs: dict[UUID, ReturnProof] = {}
    for order_id, proof, row, line in rows:
        own = made.setdefault(order_id, {})
        if proof is not None:
            proofs[order_id] = ReturnProof(proof.carrier, proof.tracking, proof.at)
        if row is not None:
            lost = Money(row.value_lost, currency_of[order_id])
            one = own.setdefault(row.id, Return(row.id, {}, lost, row.at))
            one.pieces[line.position] = ReturnedPieces(line.quantity, line.damaged, line.restock)
    return {
        order_id: WentBack(tuple(own.values()), proofs.get(order_id))
        for order_id, own in made.items()
    }
