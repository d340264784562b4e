"""Tables of `notices`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class MailRow(Base):
    """One for each fact (`kind`, `about`): the order itself, or a parcel, refund or return of it,
    or that somebody wants to sign in (`order_id` is null). No address: the fact has it. `error` is
    the number of the server's answer, or what failed.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("kind", "about"),
        Index("ix_mail_waiting", "not_before", postgresql_where=text("state = 'waiting'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    order_id: Mapped[UUID | None]
    about: Mapped[UUID]
    made_at: Mapped[datetime]
    state: Mapped[str]
    not_before: Mapped[datetime]
    attempts: Mapped[int]
    error: Mapped[str | None]
