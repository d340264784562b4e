"""Tables of `replays`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class ReplayRow(Base):
    __tablename__ = "replay"
    show_id: Mapped[UUID] = mapped_column(primary_key=True)
    public: Mapped[bool]
    trim_start: Mapped[datetime | None]
    trim_end: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    keep_days: Mapped[int | None]
    keep_until: Mapped[datetime | None] = mapped_column(index=True)
    starts_at: Mapped[datetime | None]
    duration_ms: Mapped[int] = mapped_column(server_default=text("0"))
    gaps: Mapped[list[Any]]
    version: Mapped[int]
    published_version: Mapped[int]
    complete: Mapped[bool]
    poster_at: Mapped[datetime | None]
    drawn_version: Mapped[int] = mapped_column(server_default=text("0"))
    poster_file: Mapped[str | None]
    storyboard_file: Mapped[str | None]
    captions_due: Mapped[bool] = mapped_column(server_default=text("false"))


class HiddenSpanRow(Base):
    __tablename__ = "replay_hidden_span"
    show_id: Mapped[UUID] = mapped_column(
        ForeignKey("replay.show_id", ondelete="cascade"), primary_key=True
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]


class ClipRow(Base):
    __tablename__ = "clip"
    __table_args__ = (
        Index("ix_clip_of_cue", "show_id", "cue_id", unique=True),
        Index("ix_clip_unmade", "id", postgresql_where=text("public and not made and not failed")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID] = mapped_column(index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, str]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cue_id: Mapped[UUID | None]
    public: Mapped[bool]
    decided: Mapped[bool]
    made: Mapped[bool]
    failed: Mapped[bool]
    duration_ms: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
