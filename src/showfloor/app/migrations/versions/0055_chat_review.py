"""Let messages wait until a moderator approves them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column(
        "chat_settings",
        sa.Column("review", sa.String(), server_default="nothing", nullable=False),
    )
    # The view `room_message` has what is shown or deleted, so nothing of what is held.
    op.create_index(
        "ix_chat_message_held",
        "chat_message",
        ["show_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
