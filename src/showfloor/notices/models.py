"""Tables of `notices`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
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
        # Thousands of reminders of one show hold up nobody's sign-in.
        Index(
            "ix_mail_waiting",
            text("(kind = 'show_reminder')"),
            "not_before",
            postgresql_where=text("state = 'waiting'"),
        ),
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


class NewsRow(Base):
    """What happened to an order that its merchant's people are written about, once for each fact.
    `amount` is in minor units of `currency`. `mailing_id` is null until it goes out.
    """

    __tablename__ = "merchant_news"
    __table_args__ = (
        Index(
            "ix_merchant_news_waiting", "merchant_id", postgresql_where=text("mailing_id is null")
        ),
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    order_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(index=True)
    units: Mapped[int]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    mailing_id: Mapped[UUID | None] = mapped_column(index=True)


class MailingRow(Base):
    """When a merchant's waiting news go out (null: none wait), and when the last ones did."""

    __tablename__ = "merchant_mailing"
    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    last_at: Mapped[datetime | None]


class LetterRow(Base):
    """One mailing to one person. No address: it is read when the mail goes out."""

    __tablename__ = "merchant_letter"
    __table_args__ = (UniqueConstraint("mailing_id", "person_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    mailing_id: Mapped[UUID]
    merchant_id: Mapped[UUID]
    person_id: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(index=True)


class MailChoiceRow(Base):
    """What somebody chose; who chose nothing has none."""

    __tablename__ = "mail_choice"
    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    wanted: Mapped[bool]
