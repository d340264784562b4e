"""Tables of `privacy`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class RequestRow(Base):
    """`sealed` is who asked and what they wrote, encrypted with the installation's secret: the
    person's own key goes in the middle of an erasure, which needs this to go on.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        Index("ix_privacy_request_open", "due_at", postgresql_where=text("done_at is null")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    viewer_id: Mapped[UUID | None] = personal("privacy", index=True)
    sealed: Mapped[bytes | None] = personal("privacy", LargeBinary)


class ReceiptRow(Base):
    """Written in the transaction that erased. `rows` are those of all rounds; `at` is null as long
    as something waits, and the receipt is not given.
    """

    __tablename__ = "privacy_receipt"
    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("privacy_request.id", ondelete="cascade"), primary_key=True
    )
    eraser: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]
    at: Mapped[datetime | None]
