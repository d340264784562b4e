"""From what buyers withdrew, and what came back of orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, func, insert, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.orders.models import (
    OrderRow,
    ReturnLineRow,
    ReturnProofRow,
    ReturnRow,
    WithdrawalLineRow,
    WithdrawalRow,
)
from showfloor.orders.types import Return, ReturnedPieces, ReturnProof, Withdrawal


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
        order_id=order_id,
        covers=proof.covers,
        carrier=proof.carrier,
        tracking=proof.tracking,
        at=proof.at,
    )
    corrected = {"carrier": row.excluded.carrier, "tracking": row.excluded.tracking}
    await session.execute(
        row.on_conflict_do_update(index_elements=["order_id", "covers"], set_=corrected)
    )


async def add_withdrawal(session: Session, order_id: UUID, new: Withdrawal) -> None:
    await session.execute(insert(WithdrawalRow).values(id=new.id, order_id=order_id, at=new.at))
    await session.execute(
        insert(WithdrawalLineRow),
        [
            {"withdrawal_id": new.id, "position": at, "quantity": quantity}
            for at, quantity in new.pieces.items()
        ],
    )


@dataclass(frozen=True, slots=True)
class WentBack:
    """What is known of the way back of one order's goods, oldest first."""

    withdrawals: tuple[Withdrawal, ...] = ()
    returns: tuple[Return, ...] = ()
    proofs: tuple[ReturnProof, ...] = ()


async def went_back(session: Session, currency_of: Mapping[UUID, str]) -> dict[UUID, WentBack]:
    """By order, one statement for any number; those of which nothing came back are left out."""
    parts = _withdrawn_parts(), _proven_parts(), _returned_parts()
    rows = await session.execute(
        select(OrderRow.id, *parts).where(
            OrderRow.id.in_(currency_of), or_(*(part.is_not(None) for part in parts))
        )
    )
    return {
        order_id: WentBack(
            _withdrawals(withdrawn or []),
            _returns(returned or [], currency_of[order_id]),
            tuple(ReturnProof(*_timed(each, at=2)) for each in proven or []),
        )
        for order_id, withdrawn, proven, returned in rows
    }


def _withdrawn_parts() -> ScalarSelect[Any]:
    """[id, at, position, quantity] of each line."""
    line = func.jsonb_build_array(
        WithdrawalRow.id, WithdrawalRow.at, WithdrawalLineRow.position, WithdrawalLineRow.quantity
    )
    return (
        select(_all_of(line, WithdrawalRow.id, WithdrawalLineRow.position))
        .join(WithdrawalLineRow, WithdrawalLineRow.withdrawal_id == WithdrawalRow.id)
        .where(WithdrawalRow.order_id == OrderRow.id)
        .scalar_subquery()
    )


def _proven_parts() -> ScalarSelect[Any]:
    """[carrier, tracking, at, covers] of each proof."""
    proof = func.jsonb_build_array(
        ReturnProofRow.carrier, ReturnProofRow.tracking, ReturnProofRow.at, ReturnProofRow.covers
    )
    return (
        select(_all_of(proof, ReturnProofRow.covers))
        .where(ReturnProofRow.order_id == OrderRow.id)
        .scalar_subquery()
    )


def _returned_parts() -> ScalarSelect[Any]:
    """[id, at, value lost, position, quantity, damaged, restock] of each line."""
    line = func.jsonb_build_array(
        ReturnRow.id,
        ReturnRow.at,
        ReturnRow.value_lost,
        ReturnLineRow.position,
        ReturnLineRow.quantity,
        ReturnLineRow.damaged,
        ReturnLineRow.restock,
    )
    return (
        select(_all_of(line, ReturnRow.id, ReturnLineRow.position))
        .join(ReturnLineRow, ReturnLineRow.return_id == ReturnRow.id)
        .where(ReturnRow.order_id == OrderRow.id)
        .scalar_subquery()
    )


def _all_of(row: ColumnElement[Any], *by: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """All rows as one array; null where there are none."""
    return func.jsonb_agg(aggregate_order_by(row, *by))


def _timed(row: list[Any], at: int) -> list[Any]:
    return [*row[:at], datetime.fromisoformat(row[at]), *row[at + 1 :]]


def _withdrawals(rows: list[list[Any]]) -> tuple[Withdrawal, ...]:
    made: dict[str, Withdrawal] = {}
    for withdrawal_id, at, position, quantity in (_timed(row, at=1) for row in rows):
        one = made.setdefault(withdrawal_id, Withdrawal(UUID(withdrawal_id), {}, at))
        one.pieces[position] = quantity
    return tuple(sorted(made.values(), key=lambda each: (each.at, each.id)))


def _returns(rows: list[list[Any]], currency: str) -> tuple[Return, ...]:
    made: dict[str, Return] = {}
    for return_id, at, lost, position, *counts in (_timed(row, at=1) for row in rows):
        new = Return(UUID(return_id), {}, Money(lost, currency), at)
        made.setdefault(return_id, new).pieces[position] = ReturnedPieces(*counts)
    return tuple(made.values())
