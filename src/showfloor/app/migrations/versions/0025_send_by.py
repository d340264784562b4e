"""When the goods of an order leave at the latest, as it was agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("orders", sa.Column("send_by", sa.DateTime(timezone=True), nullable=True))
