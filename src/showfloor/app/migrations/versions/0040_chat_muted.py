"""Find who is muted near somebody who comes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_index(
        "ix_chat_author_muted",
        "chat_author",
        ["show_id", "network"],
        unique=False,
        postgresql_where=sa.text("muted_until is not null"),
    )
