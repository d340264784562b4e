"""Remind viewers again of a show that was put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column(
        "viewer_reminder", sa.Column("mailed_for", sa.DateTime(timezone=True), nullable=True)
    )
