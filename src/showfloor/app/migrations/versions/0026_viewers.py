"""Viewers: accounts, their keys, sessions and the mails that sign them in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "viewer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("declared_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewer")),
        sa.UniqueConstraint("lookup", name=op.f("uq_viewer_lookup")),
    )
    op.create_table(
        "viewer_key",
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["viewer_id"],
            ["viewer.id"],
            name=op.f("fk_viewer_key_viewer_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("viewer_id", name=op.f("pk_viewer_key")),
    )
    op.create_table(
        "viewer_session",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["viewer_id"],
            ["viewer.id"],
            name=op.f("fk_viewer_session_viewer_id"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_viewer_session")),
        sa.UniqueConstraint("id", name=op.f("uq_viewer_session_id")),
    )
    op.create_index("ix_viewer_session_viewer_id", "viewer_session", ["viewer_id"], unique=False)
    op.create_table(
        "viewer_sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("declared_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewer_sign_in")),
    )
    op.create_index(
        "ix_viewer_sign_in_lookup_created_at",
        "viewer_sign_in",
        ["lookup", "created_at"],
        unique=False,
    )
    op.create_index("ix_viewer_sign_in_expires_at", "viewer_sign_in", ["expires_at"], unique=False)
    op.alter_column("mail", "order_id", nullable=True)
