"""Tables of `catalog`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base


class ProductRow(Base):
    """`source_key` is what the merchant's own shop knows it by, `shopify:linen-shirt`."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("merchant_id", "slug"),
        Index("ix_product_merchant_id_id", "merchant_id", "id"),
        UniqueConstraint("merchant_id", "source_key"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    slug: Mapped[str]
    name: Mapped[dict[str, str]]
    summary: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]]
    options: Mapped[list[Any]]
    pictures: Mapped[list[Any]]
    created_at: Mapped[datetime]
    source_key: Mapped[str | None]
    # markets.types.NoWithdrawal
    no_withdrawal: Mapped[str | None]


class VariantRow(Base):
    """`position` is the order in which the merchant listed them."""

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("merchant_id", "sku"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="cascade"), index=True
    )
    merchant_id: Mapped[UUID]
    sku: Mapped[str]
    options: Mapped[dict[str, str]]
    pictures: Mapped[list[Any]]
    position: Mapped[int]


class TimedPriceRow(Base):
    """What was asked in one way of selling, a drop, whose id this is, beside the price of the
    goods. One that ends early ends here, too.
    """

    __tablename__ = "timed_price"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("since < until", name="lasts"),
        Index("ix_timed_price_variant_id_currency_until", "variant_id", "currency", "until"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    until: Mapped[datetime]


class PriceRow(Base):
    """Only ever added to. The price of a moment is the newest row that had begun by then."""

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index("ix_price_variant_id_currency_since", "variant_id", "currency", "since", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    variant_id: Mapped[UUID]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
