"""Tables of `ledger`. Triggers (migrations 0020 and 0036) refuse every change of an entry, postings
that come later, and entries whose postings do not sum to zero.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class EntryRow(Base):
    """It happened `at`, and counts in the month of `posted_at` where its own was closed when it
    reached the books.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("kind", "source_id"),
        CheckConstraint("posted_at > at", name="posted_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    source_id: Mapped[UUID]
    at: Mapped[datetime]
    currency: Mapped[str]
    order_id: Mapped[UUID | None] = mapped_column(index=True)
    base: Mapped[int | None] = mapped_column(BigInteger)
    rate: Mapped[int | None]
    posted_at: Mapped[datetime | None]


class PostingRow(Base):
    __tablename__ = "ledger_posting"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_ledger_posting_account", "holder", "owner", "entry_id"),
    )
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]
    owner: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)


class OrderRow(Base):
    """What entries about an order are reckoned from. `fee_rate` is the platform's when it was
    placed. `due_back` is what the buyer is to be given back in all since `withdrawn_at`, when they
    last withdrew, or a refund of theirs last failed. Of it `written_off` is nobody's any more: an
    operator closed what was owed for everything up to `closed_at`.
    """

    __tablename__ = "ledger_order"
    __table_args__ = (
        Index("ix_ledger_order_merchant_id", "merchant_id", "payable_at"),
        Index("ix_ledger_order_creator_id", "creator_id", "payable_at"),
        Index("ix_ledger_order_affiliate_id", "affiliate_id", "payable_at"),
    )
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    merchant_id: Mapped[UUID]
    creator_id: Mapped[UUID | None]
    affiliate_id: Mapped[UUID | None]
    show_id: Mapped[UUID | None]
    provider: Mapped[str]
    currency: Mapped[str]
    fee_rate: Mapped[int]
    placed_at: Mapped[datetime]
    payable_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    due_back: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None]
    written_off: Mapped[int] = mapped_column(BigInteger, server_default="0")


class LineRow(Base):
    """`position` -1 is delivery. `rate` is the host's when the order was placed, `link_rate` that
    of the creator by whose link or code the buyer came.
    """

    __tablename__ = "ledger_line"
    order_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_order.order_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[UUID | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    rate: Mapped[int]
    link_rate: Mapped[int] = mapped_column(server_default="0")


class BackRow(Base):
    """What one refund or chargeback gave back of a line; below zero what a failed refund took back
    (`source_id` is then made of the refund's).
    """

    __tablename__ = "ledger_back"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_ledger_back_order_id", "order_id"),
    )
    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_order.order_id"))
    amount: Mapped[int] = mapped_column(BigInteger)


class AgreementRow(Base):
    """A proposal is agreed once `agreed_at` is set, and over once `ended_at` is. `proposed_by` is a
    `types.Side`, `way` a `types.Way`.
    """

    __tablename__ = "ledger_agreement"
    __table_args__ = (
        CheckConstraint("rate between 0 and 9000", name="rate"),
        CheckConstraint("way in ('show', 'link')", name="way"),
        CheckConstraint("agreed_at is null or ended_at is null", name="end"),
        CheckConstraint("(agreed_at is null) = (effective_at is null)", name="agreed"),
        Index("ix_ledger_agreement_merchant_id", "merchant_id", "creator_id"),
        Index("ix_ledger_agreement_creator_id", "creator_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    creator_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    way: Mapped[str] = mapped_column(server_default="show")
    rate: Mapped[int]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class BatchRow(Base):
    """Four eyes: who approves is not who computed."""

    __tablename__ = "payout_batch"
    __table_args__ = (
        CheckConstraint("approved_by <> computed_by", name="four_eyes"),
        CheckConstraint(
            "(state in ('approved', 'exported')) = (approved_by is not null)", name="approved"
        ),
        Index(
            "uq_payout_batch_waiting",
            "currency",
            unique=True,
            postgresql_where=text("state = 'computed'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str]
    state: Mapped[str]
    computed_by: Mapped[UUID]
    computed_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]


class PayoutRow(Base):
    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payout_batch_id", "batch_id"),
        Index("ix_payout_account", "holder", "owner", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("payout_batch.id"))
    holder: Mapped[str]
    owner: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    changed_at: Mapped[datetime]
    reason: Mapped[str | None]
    itemised: Mapped[bool] = mapped_column(server_default=text("false"))


class PayoutOrderRow(Base):
    """What of a payout is of one order, below zero where it takes back what an earlier payout paid.
    Of a payout from before there were such rows (not `itemised`) they only say what was paid by
    then, in that payout or an earlier one.
    """

    __tablename__ = "payout_order"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount"),)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payout.id"), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_order.order_id"), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class HoldRow(Base):
    """`amount` null is everything."""

    __tablename__ = "payout_hold"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payout_hold_account", "holder", "owner", "ends_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    holder: Mapped[str]
    owner: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    ends_at: Mapped[datetime]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
