"""Tables of `webhooks`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class EndpointRow(Base):
    """`secret` and `previous_secret` are sealed (kit/sealing), with the id as their owner."""

    __tablename__ = "webhook_endpoint"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(index=True)
    url: Mapped[str]
    events: Mapped[list[Any]]
    state: Mapped[str]
    created_at: Mapped[datetime]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failing_since: Mapped[datetime | None]
    resume_at: Mapped[datetime | None]


class MessageRow(Base):
    """`body` is a text and no JSON: it is signed, so it must stay the same to the byte."""

    __tablename__ = "webhook_message"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    type: Mapped[str]
    about: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(index=True)


class DeliveryRow(Base):
    """`since` is when the first attempt was due, also after somebody asked for a replay. While an
    attempt runs, `not_before` is when its worker is given up.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        Index(
            "ix_webhook_delivery_waiting",
            "endpoint_id",
            "not_before",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_delivery_endpoint_id_id", "endpoint_id", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="cascade"))
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_message.id", ondelete="cascade"), index=True
    )
    state: Mapped[str]
    since: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[int | None]
    reason: Mapped[str | None]
    took_ms: Mapped[int | None]
    tried_at: Mapped[datetime | None]


class SoldOutRow(Base):
    """A product of which its merchant's endpoints know that nothing is left."""

    __tablename__ = "webhook_sold_out"
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
