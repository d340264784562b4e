"""Tables of `offers`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class DropRow(Base):
    """The columns are the fields of `types.Drop`, its money in minor units of `currency`.
    `records`, `head` and `head_at` say where the log goes on; who adds to it has locked this row.
    """

    __tablename__ = "drop"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("per_person between 1 and units", name="per_person"),
        CheckConstraint("price > 0", name="price"),
        CheckConstraint(
            "state in ('planned', 'announced', 'over', 'ended', 'cancelled')", name="state"
        ),
        Index("ix_drop_show_id", "show_id"),
        Index("ix_drop_variant_id", "variant_id"),
        Index("ix_drop_product_id", "product_id"),
        # One at a time: the card of a show has one place. What is held of one that is over keeps it
        # from its end, and not the next one from its beginning.
        Index(
            "uq_drop_announced_of_show",
            "show_id",
            unique=True,
            postgresql_where=text("state = 'announced'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    sku: Mapped[str]
    units: Mapped[int]
    per_person: Mapped[int]
    price: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    was: Mapped[int | None] = mapped_column(BigInteger)
    countdown_s: Mapped[int]
    runs_s: Mapped[int]
    state: Mapped[str]
    agreed: Mapped[bool]
    cue_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    sold: Mapped[int | None]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    records: Mapped[int] = mapped_column(server_default=text("0"))
    head: Mapped[str | None]
    head_at: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class DropRecordRow(Base):
    """A line of a drop's log, without its line feed. A trigger refuses every change."""

    __tablename__ = "drop_record"
    drop_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str]


class DropHoldRow(Base):
    """Which request of the log a hold answers. `person` is the pseudonym in this log. Its rows are
    gone when the drop has ended.
    """

    __tablename__ = "drop_hold"
    __table_args__ = (
        CheckConstraint("state in ('held', 'paid', 'released')", name="state"),
        Index("ix_drop_hold_drop_id_person", "drop_id", "person"),
    )
    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    drop_id: Mapped[UUID]
    arrival: Mapped[int]
    person: Mapped[str]
    pieces: Mapped[int]
    state: Mapped[str]


class CouponRow(Base):
    """The columns are the fields of `types.Coupon`. Who changes `taken` has locked this row."""

    __tablename__ = "coupon"
    __table_args__ = (
        CheckConstraint("kind in ('amount', 'percent')", name="kind"),
        CheckConstraint("value > 0 and (kind <> 'percent' or value <= 10000)", name="value"),
        CheckConstraint("minimum >= 0", name="minimum"),
        CheckConstraint("floor between 0 and 10000", name="floor"),
        CheckConstraint("quota > 0", name="quota"),
        CheckConstraint("per_person between 1 and quota", name="per_person"),
        CheckConstraint("taken between 0 and quota", name="taken"),
        CheckConstraint(
            "state in ('planned', 'open', 'closed', 'ended', 'cancelled')", name="state"
        ),
        Index("ix_coupon_show_id", "show_id"),
        Index("ix_coupon_merchant_id", "merchant_id"),
        # One at a time: the card of a show has one place.
        Index(
            "uq_coupon_open_of_show",
            "show_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    merchant_id: Mapped[UUID]
    name: Mapped[dict[str, str]]
    kind: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    product_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    minimum: Mapped[int] = mapped_column(BigInteger)
    floor: Mapped[int]
    quota: Mapped[int]
    per_person: Mapped[int]
    first_order: Mapped[bool]
    followers: Mapped[bool]
    valid_s: Mapped[int | None]
    valid_until: Mapped[datetime | None]
    keep_s: Mapped[int | None]
    state: Mapped[str]
    agreed: Mapped[bool]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    terms: Mapped[dict[str, list[str]] | None] = mapped_column(JSONB(none_as_null=True))


class CouponClaimRow(Base):
    """`client` is a keyed digest of the network that asked. `buyer` is the pseudonym of the address
    at the checkout. The three are null once the coupon has ended.
    """

    __tablename__ = "coupon_claim"
    __table_args__ = (
        CheckConstraint("state in ('claimed', 'paying', 'used', 'lapsed')", name="state"),
        CheckConstraint("(state = 'paying') <= (payment_id is not null)", name="paying"),
        Index("ix_coupon_claim_coupon_id_person", "coupon_id", "person"),
        Index("ix_coupon_claim_coupon_id_client", "coupon_id", "client"),
        Index(
            "ix_coupon_claim_payment_id",
            "payment_id",
            postgresql_where=text("payment_id is not null"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    coupon_id: Mapped[UUID] = mapped_column(ForeignKey("coupon.id", ondelete="cascade"))
    person: Mapped[str | None]
    client: Mapped[bytes | None] = mapped_column(LargeBinary)
    buyer: Mapped[str | None]
    state: Mapped[str]
    claimed_at: Mapped[datetime]
    until: Mapped[datetime]
    checkout_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]


class WaitingListRow(Base):
    """The columns are the fields of `types.WaitingList`. `records`, `head` and `head_at` say where
    its log goes on; who adds to it, or changes a place, has locked this row.
    """

    __tablename__ = "waiting_list"
    __table_args__ = (
        Index(
            "uq_waiting_list_open_of_variant",
            "variant_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    sku: Mapped[str]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    records: Mapped[int] = mapped_column(server_default=text("0"))
    head: Mapped[str | None]
    head_at: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class WaitingRecordRow(Base):
    """A line of a list's log, without its line feed. A trigger refuses every change."""

    __tablename__ = "waiting_record"
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str]


class WaitingPlaceRow(Base):
    """Who stands in a list: the columns are the fields of `types.Place`. Its rows are gone when the
    list has ended.
    """

    __tablename__ = "waiting_place"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'offered', 'bought', 'passed')", name="state"),
        CheckConstraint(
            "state not in ('waiting', 'offered') or (state = 'offered') = (hold_id is not null)",
            name="offered",
        ),
        UniqueConstraint("list_id", "viewer_id"),
        Index("ix_waiting_place_list_id_joined", "list_id", "joined"),
        Index("ix_waiting_place_viewer_id", "viewer_id"),
        Index("ix_waiting_place_joined_at", "joined_at"),
        Index("ix_waiting_place_offered", "list_id", postgresql_where=text("state = 'offered'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("waiting_list.id"))
    viewer_id: Mapped[UUID] = personal("offers")
    show_id: Mapped[UUID]
    market: Mapped[str]
    joined: Mapped[int]
    state: Mapped[str]
    joined_at: Mapped[datetime]
    hold_id: Mapped[UUID | None]
    until: Mapped[datetime | None]
