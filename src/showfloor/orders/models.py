"""Tables of `orders`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class OrderRow(Base):
    """In the plural, because ORDER is a word of SQL. `number` is drawn by lot; with `prefix` it is
    what people read. `kind`, `market` and `show_id` are where it was sold.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("checkout_id", "merchant_id"),
        UniqueConstraint("merchant_id", "number"),
        Index("ix_orders_merchant_id_id", "merchant_id", "id"),
        Index("ix_orders_email", text("lower(email)")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    prefix: Mapped[str]
    merchant_id: Mapped[UUID]
    seller_name: Mapped[dict[str, str]]
    # merchants.types.Identity
    seller_identity: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    kind: Mapped[str]
    market: Mapped[str]
    show_id: Mapped[UUID | None] = mapped_column(index=True)
    checkout_id: Mapped[UUID]
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    # orders.types.Quote
    quote: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    placed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    country: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    email: Mapped[str | None] = personal("orders")
    # The fields of orders.types.Address, which is built from them by name.
    address: Mapped[dict[str, Any] | None] = personal("orders", JSONB(none_as_null=True))


class OrderLineRow(Base):
    __tablename__ = "order_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("orders.id", ondelete="cascade"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    sku: Mapped[str]
    product_name: Mapped[dict[str, str]]
    options_text: Mapped[dict[str, str]]
    quantity: Mapped[int]
    unit_amount: Mapped[int] = mapped_column(BigInteger)
    picture_url: Mapped[str | None]
