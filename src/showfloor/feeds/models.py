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
    url: Mapped[str | None]
    fetched_at: Mapped[datetime | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    not_modified: Mapped[bool] = mapped_column(server_default=text("false"))


class ImportSourceRow(Base):
    """Which version of the file at an address was taken over last, and how it was read. The digest
    is of the address, which may be too long for an index.
    """

    __tablename__ = "import_source"
    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    format: Mapped[str]
    currency: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]


class ImportPictureRow(Base):
    """A picture of a product as its shop has it: fetched by the worker, kept as long as the shop's
    file names it. `import_id` is the import that last waited for it; imports are forgotten, and
    pictures stay.
    """

    __tablename__ = "import_picture"
    __table_args__ = (
        UniqueConstraint("product_id", "digest"),
        Index(
            "ix_import_picture_due", "not_before", "id", postgresql_where=text("state = 'waiting'")
        ),
        Index("ix_import_picture_import_id_id", "import_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    import_id: Mapped[UUID]
    product_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    url: Mapped[str]
    alt: Mapped[str]
    position: Mapped[int]
    variants: Mapped[list[Any]]
    state: Mapped[str]
    stored_url: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    error: Mapped[str | None]
    error_params: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'"))
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
