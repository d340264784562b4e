"""What an operator closed stays closed when the buyer withdraws from more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("ledger_order", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "ledger_order",
        sa.Column("written_off", sa.BigInteger(), server_default="0", nullable=False),
    )
    # What was closed before had its sum set to zero, so nobody knows what was written off.
    op.execute(
        "update ledger_order set closed_at = withdrawn_at"
        " where withdrawn_at is not null and due_back = 0"
    )
