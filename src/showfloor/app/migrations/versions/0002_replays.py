"""Replays: what of an ended show can be watched again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "replay",
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("trim_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trim_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gaps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("show_id", name=op.f("pk_replay")),
    )
    op.create_table(
        "replay_hidden_span",
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["show_id"],
            ["replay.show_id"],
            name=op.f("fk_replay_hidden_span_show_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("show_id", "starts_at", name=op.f("pk_replay_hidden_span")),
    )
    op.add_column("show", sa.Column("replay_state", sa.String(), nullable=True))
    op.add_column("show", sa.Column("replay_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "show",
        sa.Column("replay_duration_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
