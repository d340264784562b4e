"""All SQL of `delivery`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update

from showfloor.delivery.models import DeliveryOptionRow
from showfloor.delivery.types import DeliveryOption, Step, Terms
from showfloor.kit.db import Session


async def options(session: Session, merchant_ids: Collection[UUID]) -> list[DeliveryOption]:
    """The options of some merchants, oldest first."""
    chosen = select(DeliveryOptionRow).where(DeliveryOptionRow.merchant_id.in_(merchant_ids))
    rows = await session.execute(chosen.order_by(DeliveryOptionRow.id))
    return [_option(row) for row in rows.scalars()]


async def add_option(session: Session, option: DeliveryOption, now: datetime) -> None:
    """A new way to be delivered."""
    values = {"id": option.id, "merchant_id": option.merchant_id, "changed_at": now}
    await session.execute(insert(DeliveryOptionRow).values(**values, **_values(option.terms)))


async def set_option(session: Session, option: DeliveryOption, now: datetime) -> bool:
    """Other terms; False when the merchant has no such option."""
    changed = update(DeliveryOptionRow).where(*_own(option.id, option.merchant_id))
    values = {**_values(option.terms), "changed_at": now}
    done = await session.execute(changed.values(**values).returning(DeliveryOptionRow.id))
    return done.first() is not None


async def remove_option(session: Session, option_id: UUID, merchant_id: UUID) -> bool:
    """False when the merchant has no such option."""
    gone = delete(DeliveryOptionRow).where(*_own(option_id, merchant_id))
    return (await session.execute(gone.returning(DeliveryOptionRow.id))).first() is not None


def _own(option_id: UUID, merchant_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return DeliveryOptionRow.id == option_id, DeliveryOptionRow.merchant_id == merchant_id


def _values(terms: Terms) -> dict[str, object]:
    return {**asdict(terms), "countries": list(terms.countries)}


def _option(row: DeliveryOptionRow) -> DeliveryOption:
    terms = Terms(
        name=row.name,
        countries=tuple(row.countries),
        currency=row.currency,
        steps=tuple(Step(**step) for step in row.steps),
        free_from=row.free_from,
        handling_days=row.handling_days,
        days_from=row.days_from,
        days_to=row.days_to,
    )
    return DeliveryOption(row.id, row.merchant_id, terms)
