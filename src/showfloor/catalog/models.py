"""Tables of `catalog`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Table, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class ProductRow(Base):
    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("merchant_id", "slug"), Index("ix_product_merchant_id_id", "merchant_id", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    slug: Mapped[str]
    name: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    options: Mapped[list[Any]]
    pictures: Mapped[list[Any]]
    created_at: Mapped[datetime]


class VariantRow(Base):
    """`position` is the order in which the merchant listed them."""

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("merchant_id", "sku"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="cascade"), index=True)
    merchant_id: Mapped[UUID]
    sku: Mapped[str]
    options: Mapped[dict[str, Any]]
    pictures: Mapped[list[Any]]
    position: Mapped[int]


class PriceRow(Base):
    """Only ever added to. The price of a moment is the newest row that had begun by then."""

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index("ix_price_variant_id_currency_since", "variant_id", "currency", "since", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    variant_id: Mapped[UUID]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]


PRICE_IS_APPEND_ONLY = (
    """
    create function refuse_price_change() returns trigger language plpgsql as
    $$ begin raise exception 'prices are history: add a newer one' using errcode = 'integrity_constraint_violation'; end $$
    """,
    """
    create trigger price_is_append_only before update or delete or truncate on price
    for each statement execute function refuse_price_change()
    """,
)
"""The same text stands in the migration that makes the table."""

_price = PriceRow.__table__
assert isinstance(_price, Table)
for _statement in PRICE_IS_APPEND_ONLY:
    event.listen(_price, "after_create", DDL(_statement))  # type: ignore[no-untyped-call] # SQLAlchemy left this one bare
