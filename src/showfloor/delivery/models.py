"""Tables of `delivery`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class DeliveryOptionRow(Base):
    """`steps` are `types.Step`. A row is changed or deleted as its merchant likes: orders keep
    their own copy.
    """

    __tablename__ = "delivery_option"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[dict[str, str]]
    countries: Mapped[list[str]] = mapped_column(ARRAY(String))
    currency: Mapped[str]
    steps: Mapped[list[Any]]
    free_from: Mapped[int | None] = mapped_column(BigInteger)
    handling_days: Mapped[int]
    days_from: Mapped[int]
    days_to: Mapped[int]
    changed_at: Mapped[datetime]
