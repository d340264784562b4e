"""Let coupons be claimed in a show and taken off an order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "coupon",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("product_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("per_person", sa.Integer(), nullable=False),
        sa.Column("first_order", sa.Boolean(), nullable=False),
        sa.Column("followers", sa.Boolean(), nullable=False),
        sa.Column("valid_s", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keep_s", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column(
            "terms", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.CheckConstraint("kind in ('amount', 'percent')", name=op.f("ck_coupon_kind")),
        sa.CheckConstraint(
            "state in ('planned', 'open', 'closed', 'ended', 'cancelled')",
            name=op.f("ck_coupon_state"),
        ),
        sa.CheckConstraint(
            "value > 0 and (kind <> 'percent' or value <= 10000)", name=op.f("ck_coupon_value")
        ),
        sa.CheckConstraint("floor between 0 and 10000", name=op.f("ck_coupon_floor")),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_coupon_minimum")),
        sa.CheckConstraint("per_person between 1 and quota", name=op.f("ck_coupon_per_person")),
        sa.CheckConstraint("quota > 0", name=op.f("ck_coupon_quota")),
        sa.CheckConstraint("taken between 0 and quota", name=op.f("ck_coupon_taken")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
    )
    op.create_index("ix_coupon_merchant_id", "coupon", ["merchant_id"], unique=False)
    op.create_index("ix_coupon_show_id", "coupon", ["show_id"], unique=False)
    op.create_index(
        "uq_coupon_open_of_show",
        "coupon",
        ["show_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "coupon_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coupon_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("client", sa.LargeBinary(), nullable=True),
        sa.Column("buyer", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'paying') <= (payment_id is not null)", name=op.f("ck_coupon_claim_paying")
        ),
        sa.CheckConstraint(
            "state in ('claimed', 'paying', 'used', 'lapsed')", name=op.f("ck_coupon_claim_state")
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_claim_coupon_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_claim")),
    )
    op.create_index(
        "ix_coupon_claim_coupon_id_client", "coupon_claim", ["coupon_id", "client"], unique=False
    )
    op.create_index(
        "ix_coupon_claim_coupon_id_person", "coupon_claim", ["coupon_id", "person"], unique=False
    )
    op.create_index(
        "ix_coupon_claim_payment_id",
        "coupon_claim",
        ["payment_id"],
        unique=False,
        postgresql_where=sa.text("payment_id is not null"),
    )
    op.add_column(
        "order_line",
        sa.Column("discount_amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_order_line_discount"),
        "order_line",
        "discount_amount between 0 and quantity * unit_amount",
    )
