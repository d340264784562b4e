"""The lists of words that sellers keep for the chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_word_list",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_chat_word_list")),
    )
    op.create_table(
        "chat_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_word")),
        sa.UniqueConstraint("merchant_id", "key", name=op.f("uq_chat_word_merchant_id_key")),
    )
