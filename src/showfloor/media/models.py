"""Tables of `media`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class StreamKeyRow(Base):
    __tablename__ = "stream_key"
    __table_args__ = (
        Index("uq_stream_key_valid", "show_id", unique=True, postgresql_where="revoked_at is null"),
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    show_id: Mapped[UUID]
    hint: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IngestRow(Base):
    __tablename__ = "ingest"
    show_id: Mapped[UUID] = mapped_column(primary_key=True)
    ingest_id: Mapped[str]
    state: Mapped[str]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    health: Mapped[dict[str, Any] | None]
    destinations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")


class RefusalRow(Base):
    __tablename__ = "publish_refusal"
    __table_args__ = (Index("ix_publish_refusal_show", "show_id", "at"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    show_id: Mapped[UUID]
    at: Mapped[datetime]
    code: Mapped[str]


class DestinationRow(Base):
    __tablename__ = "destination"
    __table_args__ = (Index("ix_destination_show", "show_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    platform: Mapped[str]
    name: Mapped[str]
    url: Mapped[str]
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_hint: Mapped[str]
    wanted: Mapped[bool]
    attempt: Mapped[int]


class ForbiddenPlatformRow(Base):
    __tablename__ = "forbidden_platform"
    platform: Mapped[str] = mapped_column(primary_key=True)
    forbidden_at: Mapped[datetime]
