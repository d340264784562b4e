"""Orders that belong to a viewer's account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("checkout", sa.Column("viewer_id", sa.Uuid(), nullable=True))
    op.add_column("orders", sa.Column("viewer_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_orders_viewer_id"), "orders", ["viewer_id"])
