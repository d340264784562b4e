"""Messages that viewers report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_report")),
        sa.UniqueConstraint(
            "message_id", "network", name=op.f("uq_chat_report_message_id_network")
        ),
    )
    op.create_index(op.f("ix_chat_report_at"), "chat_report", ["at"], unique=False)
    op.create_index(
        "ix_chat_report_open",
        "chat_report",
        ["show_id", "message_id"],
        unique=False,
        postgresql_where=sa.text("not decided"),
    )
