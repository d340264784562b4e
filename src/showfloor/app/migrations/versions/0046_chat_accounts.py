"""Know by which account a guest of the chat is signed in, and which accounts a host muted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("chat_author", sa.Column("viewer_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_chat_author_viewer_id"), "chat_author", ["viewer_id"], unique=False)
    op.create_table(
        "chat_account_mute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_account_mute")),
        sa.UniqueConstraint(
            "creator_id", "account_id", name=op.f("uq_chat_account_mute_creator_id_account_id")
        ),
    )
    op.create_index(
        "ix_chat_account_mute_account_id", "chat_account_mute", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_chat_account_mute_until"), "chat_account_mute", ["until"], unique=False
    )
