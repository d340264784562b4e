"""Tables of `checkout`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class CheckoutRow(Base):
    """`lines`, `sellers` and `quotes` are what the buyer saw; `kind`, `market` and `show_id` where
    they saw it. The buyer's own data moves into the orders when these are placed, and is forgotten
    when nothing was bought: with the hold, or soon after `expires_at`, the hold's deadline.
    """

    __tablename__ = "checkout"
    __table_args__ = (
        Index("ix_checkout_kept", "expires_at", postgresql_where=text("email is not null")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    market: Mapped[str]
    scope: Mapped[UUID]
    show_id: Mapped[UUID | None]
    # Of a creator.
    affiliate_id: Mapped[UUID | None]
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[Any]]
    sellers: Mapped[list[Any]]
    # orders.types.Quote
    quotes: Mapped[list[Any]] = mapped_column(server_default="[]")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    declared_adult_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(server_default="en")
    email: Mapped[str | None] = personal("checkout")
    # The fields of orders.types.Address, which is built from them by name.
    address: Mapped[dict[str, Any] | None] = personal("checkout", JSONB(none_as_null=True))
    # The account of a buyer who is signed in.
    viewer_id: Mapped[UUID | None] = personal("checkout")


class PaymentRow(Base):
    """`key` is the digest of the Idempotency-Key, `request` the fingerprint of what was asked.
    `look_at` is when the worker asks the provider; null when there is nothing to ask. `next_step`
    is what the provider wants the buyer to see, `reference` the provider's own name for the
    payment, `reason` why it was declined. No card number, not even a part of one.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("checkout_id", "key"),
        Index(
            "uq_payment_one_blocking",
            "checkout_id",
            unique=True,
            postgresql_where=text(
                "state in ('started', 'pending', 'needs_confirmation', 'capturing', 'paid')"
            ),
        ),
        Index("ix_payment_look_at", "look_at", postgresql_where=text("look_at is not null")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("checkout.id"))
    provider: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    look_at: Mapped[datetime | None]
    next_step: Mapped[dict[str, str | None] | None] = mapped_column(JSONB(none_as_null=True))
    reference: Mapped[str | None]
    reason: Mapped[str | None]


class CallbackRow(Base):
    """Calls of providers that had their effect."""

    __tablename__ = "payment_callback"
    provider: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
