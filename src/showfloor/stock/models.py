"""Tables of `stock`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class StockItemRow(Base):
    """`on_hand` counts what was sold too: it changes when goods arrive, not when they leave. It
    cannot fall below what is sold and held; `missing` of them are not there any more all the same.
    `version` counts the changes of `on_hand`, `missing` and `sold`.
    `waiting` is how many people wait in line for a piece: so many of the available ones are offered
    to them and held for nobody else.
    `buyer_limit` is how many pieces the merchant lets one buyer have in one show. Half the page is
    left free so that the hot row of a drop is updated in place (PostgreSQL heap-only tuples).
    """

    __tablename__ = "stock_item"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("sold >= 0", name="sold"),
        CheckConstraint("sold + held <= on_hand", name="never_oversold"),
        CheckConstraint("buyer_limit > 0", name="buyer_limit"),
        CheckConstraint("missing >= 0", name="missing"),
        CheckConstraint("waiting >= 0", name="waiting"),
        # Few are waited for: the worker looks at these alone. A purchase changes nothing that it
        # names, and is updated in place as before.
        Index("ix_stock_item_waiting", "variant_id", postgresql_where=text("waiting > 0")),
        {"postgresql_with": {"fillfactor": 50}},
    )
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    on_hand: Mapped[int]
    held: Mapped[int] = mapped_column(server_default=text("0"))
    sold: Mapped[int] = mapped_column(server_default=text("0"))
    buyer_limit: Mapped[int | None]
    missing: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    available: Mapped[int] = mapped_column(
        Computed("on_hand - missing - held - sold", persisted=True)
    )


class StockChangeRow(Base):
    """Pieces that are not sold, before and after, and why they changed. `key` and `request` are of
    the Idempotency-Key; `reference` is what the merchant's own shop knows its sale by.
    """

    __tablename__ = "stock_change"
    __table_args__ = (
        UniqueConstraint("variant_id", "key"),
        UniqueConstraint("variant_id", "reference"),
        Index("ix_stock_change_variant_id_id", "variant_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    variant_id: Mapped[UUID]
    reason: Mapped[str]
    before: Mapped[int]
    after: Mapped[int]
    note: Mapped[str]
    reference: Mapped[str | None]
    person_id: Mapped[UUID | None]
    at: Mapped[datetime]
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    request: Mapped[bytes | None] = mapped_column(LargeBinary)


class StockLeaseRow(Base):
    """Pieces that the merchant's own shop keeps for sales here until a moment. `sold_before` is how
    many were sold here when it began.
    """

    __tablename__ = "stock_lease"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    sold_before: Mapped[int]
    until: Mapped[datetime]


class StockReportRow(Base):
    """What the merchant's own shop said last, what was here then, and whether it was taken over."""

    __tablename__ = "stock_report"
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    said: Mapped[int]
    ours: Mapped[int]
    accepted: Mapped[bool]
    at: Mapped[datetime]


class StockApartRow(Base):
    """Pieces of a variant that are kept for one way of selling, a drop: nobody gets them in another
    way. `free` of the `units` nobody has; `stock_item.held` counts these too. The row stays when it
    is over, with nothing in it.
    """

    __tablename__ = "stock_apart"
    __table_args__ = (CheckConstraint("free >= 0 and free <= units", name="free"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID]
    units: Mapped[int]
    free: Mapped[int]


class HoldRow(Base):
    """`guest` groups the holds of one browser and is random: nobody is known by it.

    `key` is a digest of the Idempotency-Key, and `request` one of what was asked for; it is empty
    where nobody asked, of what was held for who waited in line. `client` is a keyed digest of the
    network that asked (kit/network); it goes when the goods are sold, with the cool-down after a
    hold that was given back or ran out, and after six hours where goods with a limit for each buyer
    were sold.
    `kind`, `market`, `scope` and `show_id` are the sales context.
    """

    __tablename__ = "hold"
    __table_args__ = (
        Index("ix_hold_guest_scope", "guest", "scope"),
        Index("ix_hold_expires_at", "expires_at"),
        Index(
            "ix_hold_client_scope", "client", "scope", postgresql_where=text("client is not null")
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    market: Mapped[str]
    scope: Mapped[UUID]
    show_id: Mapped[UUID | None]
    guest: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    client: Mapped[bytes | None] = mapped_column(LargeBinary)
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
    extended: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]


class HoldLineRow(Base):
    """`expires_at` repeats the hold's, so that reclaiming looks at one row, and an extension that
    came first wins. `apart_id` is of the pieces that were set apart: those go back there, and only
    who sells them gives them back.
    """

    __tablename__ = "hold_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state in ('held', 'released', 'settled')", name="state"),
        Index(
            "ix_hold_line_held_of_variant",
            "variant_id",
            "expires_at",
            postgresql_where=text("state = 'held'"),
        ),
        Index("ix_hold_line_apart_id", "apart_id", postgresql_where=text("apart_id is not null")),
        Index("ix_hold_line_held", "expires_at", postgresql_where=text("state = 'held'")),
    )
    hold_id: Mapped[UUID] = mapped_column(
        ForeignKey("hold.id", ondelete="cascade"), primary_key=True
    )
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku: Mapped[str]
    quantity: Mapped[int]
    unit_amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    expires_at: Mapped[datetime]
    apart_id: Mapped[UUID | None]
