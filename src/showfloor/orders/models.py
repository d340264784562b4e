"""Tables of `orders`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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
        Index("ix_orders_kept", "placed_at", postgresql_where=text("email is not null")),
        Index(
            "ix_orders_withdrawn",
            "merchant_id",
            postgresql_where=text("withdrawn_at is not null"),
        ),
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
    # The creator whose link or code brought the buyer.
    affiliate_id: Mapped[UUID | None]
    checkout_id: Mapped[UUID]
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    # orders.types.Quote
    quote: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    placed_at: Mapped[datetime]
    send_by: Mapped[datetime | None]
    # Of the first withdrawal.
    withdrawn_at: Mapped[datetime | None]
    country: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    # Ids of merchants.types.SellerTerms.
    terms: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    email: Mapped[str | None] = personal("orders")
    # The fields of orders.types.Address, which is built from them by name.
    address: Mapped[dict[str, Any] | None] = personal("orders", JSONB(none_as_null=True))
    # Whose account it belongs to.
    viewer_id: Mapped[UUID | None] = personal("orders", index=True)


class OrderLineRow(Base):
    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount_amount between 0 and quantity * unit_amount", name="discount"),
    )
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
    # markets.types.NoWithdrawal
    no_withdrawal: Mapped[str | None]
    # What a coupon took off the whole line.
    discount_amount: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class ShipmentRow(Base):
    """`key` is the digest of the Idempotency-Key, `request` the fingerprint of what was asked."""

    __tablename__ = "order_shipment"
    __table_args__ = (UniqueConstraint("order_id", "key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="cascade"))
    carrier: Mapped[str]
    tracking: Mapped[str | None] = personal("orders")
    shipped_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    request: Mapped[bytes] = mapped_column(LargeBinary)


class ShipmentLineRow(Base):
    __tablename__ = "order_shipment_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    shipment_id: Mapped[UUID] = mapped_column(
        ForeignKey("order_shipment.id", ondelete="cascade"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]


class RefundRow(Base):
    """`look_at` is when the worker asks the provider; null when there is nothing to ask.
    `changed_at` is when it came into its state. `key` and `request` as in `ShipmentRow`.
    """

    __tablename__ = "order_refund"
    __table_args__ = (
        UniqueConstraint("order_id", "key"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("state in ('promised', 'done', 'refused', 'failed')", name="state"),
        Index("ix_order_refund_look_at", "look_at", postgresql_where=text("look_at is not null")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="cascade"))
    amount: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str]
    state: Mapped[str]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    look_at: Mapped[datetime | None]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    request: Mapped[bytes] = mapped_column(LargeBinary)


class RefundLineRow(Base):
    __tablename__ = "order_refund_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unsent between 0 and quantity", name="unsent"),
        CheckConstraint("restock between 0 and quantity", name="restock"),
    )
    refund_id: Mapped[UUID] = mapped_column(
        ForeignKey("order_refund.id", ondelete="cascade"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    unsent: Mapped[int]
    restock: Mapped[int]


class ReturnRow(Base):
    """Pieces that the merchant has back. `value_lost` is in minor units of the order's currency;
    `key` and `request` as in `ShipmentRow`.
    """

    __tablename__ = "order_return"
    __table_args__ = (
        UniqueConstraint("order_id", "key"),
        CheckConstraint("value_lost >= 0", name="value_lost"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="cascade"))
    value_lost: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    request: Mapped[bytes] = mapped_column(LargeBinary)


class ReturnLineRow(Base):
    __tablename__ = "order_return_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("damaged between 0 and quantity", name="damaged"),
        CheckConstraint("restock between 0 and quantity - damaged", name="restock"),
    )
    return_id: Mapped[UUID] = mapped_column(
        ForeignKey("order_return.id", ondelete="cascade"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    damaged: Mapped[int]
    restock: Mapped[int]


class WithdrawalRow(Base):
    """The buyer withdrew from some goods, or from more of them. An order that was withdrawn from as
    a whole at once has none: `orders.withdrawn_at` says all of it.
    """

    __tablename__ = "order_withdrawal"
    __table_args__ = (Index("ix_order_withdrawal_order_id", "order_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="cascade"))
    at: Mapped[datetime]


class WithdrawalLineRow(Base):
    __tablename__ = "order_withdrawal_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    withdrawal_id: Mapped[UUID] = mapped_column(
        ForeignKey("order_withdrawal.id", ondelete="cascade"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]


class ReturnProofRow(Base):
    """That the buyer sent the goods back of the first `covers` withdrawals of an order. Both texts
    are the buyer's own.
    """

    __tablename__ = "order_return_proof"
    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("orders.id", ondelete="cascade"), primary_key=True
    )
    covers: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    carrier: Mapped[str | None] = personal("orders")
    tracking: Mapped[str | None] = personal("orders")
    at: Mapped[datetime]


class NoteRow(Base):
    """What a merchant's people write about an order may name its buyer."""

    __tablename__ = "order_note"
    __table_args__ = (Index("ix_order_note_order_id", "order_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="cascade"))
    text: Mapped[str] = personal("orders")
    at: Mapped[datetime]
