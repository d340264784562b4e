"""How long recordings are kept. Shows that ended before are kept until their host decides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("replay", sa.Column("keep_days", sa.Integer(), nullable=True))
    op.add_column("replay", sa.Column("keep_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_replay_keep_until"), "replay", ["keep_until"], unique=False)
