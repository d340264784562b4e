"""How merchants deliver, and what one seller's part of a purchase costs, with its reasons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "delivery_option",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("name", json, nullable=False),
        sa.Column("countries", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("steps", json, nullable=False),
        sa.Column("free_from", sa.BigInteger(), nullable=True),
        sa.Column("handling_days", sa.Integer(), nullable=False),
        sa.Column("days_from", sa.Integer(), nullable=False),
        sa.Column("days_to", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_option")),
    )
    op.create_index(op.f("ix_delivery_option_merchant_id"), "delivery_option", ["merchant_id"])
    op.add_column("checkout", sa.Column("quotes", json, server_default="[]", nullable=False))
    quote = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("orders", sa.Column("quote", quote, nullable=True))
