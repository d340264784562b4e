"""What the gate refuses, counted by the hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "gate_count",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "market", "door", name=op.f("pk_gate_count")),
    )
