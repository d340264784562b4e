"""Destinations: the show on other networks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "destination",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_hint", sa.String(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
    )
    op.create_index("ix_destination_show", "destination", ["show_id"], unique=False)
    op.create_table(
        "forbidden_platform",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("forbidden_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_forbidden_platform")),
    )
    op.add_column(
        "ingest",
        sa.Column(
            "destinations",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
    )
