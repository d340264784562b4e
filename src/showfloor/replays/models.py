"""Tables of `replays`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, text
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


class HiddenSpanRow(Base):
    __tablename__ = "replay_hidden_span"
    show_id: Mapped[UUID] = mapped_column(
        ForeignKey("replay.show_id", ondelete="cascade"), primary_key=True
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
