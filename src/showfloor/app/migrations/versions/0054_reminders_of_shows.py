"""Remind viewers of shows by mail: of single ones, and of all of a host."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "viewer_follow",
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["viewer_id"],
            ["viewer.id"],
            name=op.f("fk_viewer_follow_viewer_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("viewer_id", "creator_id", name=op.f("pk_viewer_follow")),
    )
    op.create_index("ix_viewer_follow_creator_id", "viewer_follow", ["creator_id"])
    op.create_table(
        "viewer_reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["viewer_id"],
            ["viewer.id"],
            name=op.f("fk_viewer_reminder_viewer_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewer_reminder")),
        sa.UniqueConstraint(
            "show_id", "viewer_id", name=op.f("uq_viewer_reminder_show_id_viewer_id")
        ),
    )
    op.create_index("ix_viewer_reminder_made_at", "viewer_reminder", ["made_at"])
    op.create_index(
        "ix_viewer_reminder_viewer_id_mailed_at", "viewer_reminder", ["viewer_id", "mailed_at"]
    )
    # Thousands of reminders of one show hold up nobody's sign-in.
    op.drop_index("ix_mail_waiting", table_name="mail")
    op.create_index(
        "ix_mail_waiting",
        "mail",
        [sa.text("(kind = 'show_reminder')"), "not_before"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
