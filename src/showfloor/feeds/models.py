"""Tables of `feeds`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class ImportRow(Base):
    """A job of the worker (decision 0017). `handled` counts the readings of the file that are dealt
    with: a worker that takes over goes on behind them. Its file lies in the data folder under its
    id.
    """

    __tablename__ = "product_import"
    __table_args__ = (
        UniqueConstraint("merchant_id", "key"),
        Index(
            "uq_product_import_open",
            "merchant_id",
            unique=True,
            postgresql_where=text("state in ('waiting', 'running')"),
        ),
        Index(
            "ix_product_import_due",
            "not_before",
            postgresql_where=text("state in ('waiting', 'running')"),
        ),
        Index("ix_product_import_merchant_id_id", "merchant_id", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    format: Mapped[str]
    currency: Mapped[str]
    file_name: Mapped[str]
    dry_run: Mapped[bool]
    state: Mapped[str]
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    created: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    left_out: Mapped[int] = mapped_column(server_default=text("0"))
    notes: Mapped[int] = mapped_column(server_default=text("0"))
    handled: Mapped[int] = mapped_column(server_default=text("0"))
    expected: Mapped[int | None]
    error: Mapped[str | None]
    error_params: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))


class ImportLineRow(Base):
    __tablename__ = "import_line"
    __table_args__ = (Index("ix_import_line_import_id_kind_id", "import_id", "kind", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("product_import.id", ondelete="cascade"))
    kind: Mapped[str]
    row: Mapped[int]
    name: Mapped[str]
    sku: Mapped[str]
    changes: Mapped[list[Any]]
    column: Mapped[str]
    code: Mapped[str]
    params: Mapped[dict[str, str]]
