"""Count the hearts of a show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "room_hearts",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_hearts")),
    )
