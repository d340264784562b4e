"""What happened in a month whose books are closed counts when it reaches them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("ledger_entry", sa.Column("posted_at", sa.DateTime(timezone=True)))
    # Of rows that are there it is null, so nothing has to be looked at.
    check = op.f("ck_ledger_entry_posted_at")
    op.execute(f"alter table ledger_entry add constraint {check} check (posted_at > at) not valid")


def downgrade() -> None:
    op.execute("set lock_timeout = '3s'")
    op.drop_column("ledger_entry", "posted_at")
