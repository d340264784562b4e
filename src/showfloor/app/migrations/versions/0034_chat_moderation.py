"""What the team of a show set for its chat, and who of it may not write for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "chat_settings",
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("slow_s", sa.Integer(), nullable=False),
        sa.Column("emoji_only", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("show_id", name=op.f("pk_chat_settings")),
    )
    op.add_column(
        "chat_author", sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.alter_column("chat_action", "message_id", existing_type=sa.Uuid(), nullable=True)
    op.add_column(
        "chat_action", sa.Column("detail", sa.String(), server_default="", nullable=False)
    )
    op.alter_column("chat_action", "detail", existing_type=sa.String(), server_default=None)
