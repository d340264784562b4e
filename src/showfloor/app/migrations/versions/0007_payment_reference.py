"""Payments: the provider's own name for them, why they were declined, and the state `capturing`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BLOCKING = "state in ('started', 'pending', 'needs_confirmation', 'capturing', 'paid')"


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("payment", sa.Column("reference", sa.String(), nullable=True))
    op.add_column("payment", sa.Column("reason", sa.String(), nullable=True))
    # The new index first, so that no moment is without the guard.
    op.create_index(
        "uq_payment_one_blocking_new",
        "payment",
        ["checkout_id"],
        unique=True,
        postgresql_where=sa.text(BLOCKING),
    )
    op.drop_index("uq_payment_one_blocking", table_name="payment")
    op.execute("alter index uq_payment_one_blocking_new rename to uq_payment_one_blocking")
