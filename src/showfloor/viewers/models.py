"""Tables of `viewers`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class ViewerRow(Base):
    """`email` is encrypted with the viewer's key, `lookup` finds the row by the address."""

    __tablename__ = "viewer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lookup: Mapped[bytes] = personal("viewers", LargeBinary, unique=True)
    email: Mapped[bytes] = personal("viewers", LargeBinary)
    language: Mapped[str]
    band: Mapped[str] = personal("viewers")
    declared_at: Mapped[datetime] = personal("viewers")
    created_at: Mapped[datetime]
    # Since when somebody doubts what was said about their age (`privacy`, suspicions).
    limited_at: Mapped[datetime | None] = personal("viewers")


class ViewerKeyRow(Base):
    """The key of everything that is encrypted for a viewer, itself encrypted with the
    installation's secret. Once it is gone, nobody reads the rest, wherever a copy of it is.
    """

    __tablename__ = "viewer_key"
    viewer_id: Mapped[UUID] = mapped_column(
        ForeignKey("viewer.id", ondelete="cascade"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ViewerSessionRow(Base):
    __tablename__ = "viewer_session"
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    viewer_id: Mapped[UUID] = mapped_column(ForeignKey("viewer.id", ondelete="cascade"), index=True)
    browser: Mapped[str] = personal("viewers")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInRow(Base):
    """A mail that was asked for, whether the address has an account or not. Code and link are
    derived from `id` and stand nowhere. `email` is encrypted with the installation's secret, as
    nobody may have a key yet; the row lives for a day.
    """

    __tablename__ = "viewer_sign_in"
    __table_args__ = (Index("ix_viewer_sign_in_lookup_created_at", "lookup", "created_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lookup: Mapped[bytes] = personal("viewers", LargeBinary)
    email: Mapped[bytes] = personal("viewers", LargeBinary)
    language: Mapped[str]
    band: Mapped[str] = personal("viewers")
    declared_at: Mapped[datetime] = personal("viewers")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(SmallInteger)
    used_at: Mapped[datetime | None]


class AddressRow(Base):
    """Where goods for this viewer go, encrypted with the viewer's key; used last, shown first."""

    __tablename__ = "viewer_address"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    viewer_id: Mapped[UUID] = mapped_column(ForeignKey("viewer.id", ondelete="cascade"), index=True)
    sealed: Mapped[bytes] = personal("viewers", LargeBinary)
    used_at: Mapped[datetime]


class FollowRow(Base):
    """A viewer is reminded of this host's shows."""

    __tablename__ = "viewer_follow"
    viewer_id: Mapped[UUID] = personal(
        "viewers", ForeignKey("viewer.id", ondelete="cascade"), primary_key=True
    )
    creator_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    since: Mapped[datetime]


class ReminderRow(Base):
    """A viewer is reminded of this show by one mail: because they asked, or follow its host.
    `mailed_at` is when the mail was noted, `mailed_for` the start that it was about.
    """

    __tablename__ = "viewer_reminder"
    __table_args__ = (
        UniqueConstraint("show_id", "viewer_id"),
        Index("ix_viewer_reminder_viewer_id_mailed_at", "viewer_id", "mailed_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    viewer_id: Mapped[UUID] = personal("viewers", ForeignKey("viewer.id", ondelete="cascade"))
    show_id: Mapped[UUID]
    asked: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(index=True)
    mailed_at: Mapped[datetime | None]
    mailed_for: Mapped[datetime | None]
