"""Tables of `merchants`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class MerchantRow(Base):
    __tablename__ = "merchant"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[dict[str, str]]
    about: Mapped[dict[str, str]]
    avatar_url: Mapped[str]
    order_prefix: Mapped[str]
    # merchants.types.Identity
    identity: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))


class CreatorRow(Base):
    """A creator's stage name and picture are public by choice; the person behind it stands in
    `identity`.
    """

    __tablename__ = "creator"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[dict[str, str]]
    avatar_url: Mapped[str]


class CreatorCodeRow(Base):
    """`code` is in capitals. It is never taken away from a creator, only ended."""

    __tablename__ = "creator_code"
    code: Mapped[str] = mapped_column(primary_key=True)
    creator_id: Mapped[UUID] = mapped_column(
        ForeignKey("creator.id", ondelete="cascade"), index=True
    )
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OriginRow(Base):
    __tablename__ = "merchant_origin"
    merchant_id: Mapped[UUID] = mapped_column(
        ForeignKey("merchant.id", ondelete="cascade"), primary_key=True
    )
    origin: Mapped[str] = mapped_column(primary_key=True)


class PartnershipRow(Base):
    """A merchant lets a creator show and sell its products."""

    __tablename__ = "merchant_creator"
    merchant_id: Mapped[UUID] = mapped_column(
        ForeignKey("merchant.id", ondelete="cascade"), primary_key=True
    )
    creator_id: Mapped[UUID] = mapped_column(
        ForeignKey("creator.id", ondelete="cascade"), primary_key=True, index=True
    )


class SellerTermsRow(Base):
    """Only ever added to. `words` are merchants.types.TermsText by language, `way_back` is
    merchants.types.WayBack.
    """

    __tablename__ = "seller_terms"
    __table_args__ = (
        UniqueConstraint("merchant_id", "kind", "version"),
        CheckConstraint("kind in ('terms', 'returns', 'privacy')", name="kind"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    kind: Mapped[str]
    version: Mapped[int]
    since: Mapped[datetime]
    words: Mapped[dict[str, Any]]
    way_back: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
