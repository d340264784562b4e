"""Let a host open the chat to buyers alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    for table, name in (("chat_settings", "buyers_only"), ("chat_author", "has_bought")):
        op.add_column(
            table, sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
