"""Who did what the security log says, where it was somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("security_event", sa.Column("by_id", sa.Uuid(), nullable=True))
