"""Tables of `realtime`. `fanout` reads them with a role of its own: their columns are a contract
between the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class RoomRow(Base):
    """`seq` is the number of the newest event; whoever locks this row is the only writer of the
    room.
    """

    __tablename__ = "room"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class RoomEntryRow(Base):
    """The document as it is now; `seq` is the event that wrote the entry last."""

    __tablename__ = "room_entry"
    room_id: Mapped[UUID] = mapped_column(
        ForeignKey("room.id", ondelete="cascade"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    seq: Mapped[int] = mapped_column(BigInteger)


class RoomEventRow(Base):
    """The log. SQL null in `value` means that the key was deleted."""

    __tablename__ = "room_event"
    room_id: Mapped[UUID] = mapped_column(
        ForeignKey("room.id", ondelete="cascade"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    key: Mapped[str]
    value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
