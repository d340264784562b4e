"""Tables of `shows`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class ShowRow(Base):
    __tablename__ = "show"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, str]]
    description: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[str] = mapped_column(index=True)
    market: Mapped[str]
    currency: Mapped[str]
    host_creator_id: Mapped[UUID] = mapped_column(index=True)
    starts_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    went_live_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    poster_url: Mapped[str | None]
    picture_ratio: Mapped[float | None]
    cue_offset_ms: Mapped[int] = mapped_column(default=0)
    disclosures: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    replay_state: Mapped[str | None]
    replay_starts_at: Mapped[datetime | None]
    replay_duration_ms: Mapped[int] = mapped_column(server_default=text("0"))
    clips: Mapped[int] = mapped_column(server_default=text("0"))
    replay_poster_url: Mapped[str | None]
    replay_poster_chosen: Mapped[bool] = mapped_column(server_default=false())
    replay_storyboard_url: Mapped[str | None]
    caption_languages: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    last_item_number: Mapped[int] = mapped_column(server_default=text("0"))


class RehearsalRow(Base):
    """A show in the state `rehearsal`, and which show it rehearses: one at a time."""

    __tablename__ = "rehearsal"
    show_id: Mapped[UUID] = mapped_column(
        ForeignKey("show.id", ondelete="cascade"), primary_key=True
    )
    of_show_id: Mapped[UUID] = mapped_column(ForeignKey("show.id", ondelete="cascade"), unique=True)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class ShowProductRow(Base):
    """`item_number` is what people say and type for it in this show, wherever it stands."""

    __tablename__ = "show_product"
    __table_args__ = (
        UniqueConstraint("show_id", "item_number"),
        CheckConstraint("item_number between 1 and 9999", name="item_number"),
    )
    show_id: Mapped[UUID] = mapped_column(
        ForeignKey("show.id", ondelete="cascade"), primary_key=True
    )
    product_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
    item_number: Mapped[int]


class CaptionRow(Base):
    __tablename__ = "caption"
    __table_args__ = (Index("ix_caption_show_start", "show_id", "language", "starts_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID] = mapped_column(ForeignKey("show.id", ondelete="cascade"))
    language: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    text: Mapped[str]


class RemoteRow(Base):
    """`secret_digest` is that of the ticket, and once it has joined that of its token."""

    __tablename__ = "remote"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID] = mapped_column(ForeignKey("show.id", ondelete="cascade"), index=True)
    person_id: Mapped[UUID]
    sign_in: Mapped[UUID | None] = mapped_column("session_id")
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]


class CueRow(Base):
    __tablename__ = "cue"
    __table_args__ = (Index("ix_cue_show_start", "show_id", "starts_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID] = mapped_column(ForeignKey("show.id", ondelete="cascade"))
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    payload: Mapped[dict[str, Any]]  # a payload of `types`, as `queries` stores it
