"""Find the orders whose buyer the books need no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_index(
        "ix_orders_kept",
        "orders",
        ["placed_at"],
        unique=False,
        postgresql_where=sa.text("email is not null"),
    )
