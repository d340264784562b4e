"""forget in batches

Old holds are removed a batch at a time; without the index each batch would read all of them.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_index("ix_hold_expires_at", "hold", ["expires_at"], unique=False)
