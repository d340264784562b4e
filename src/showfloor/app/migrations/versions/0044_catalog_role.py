"""Spell the role of who looks after a seller's products as the rest of the system does."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.execute("update person_grant set role = 'catalog' where role = 'catalogue'")
    op.execute("update invitation set role = 'catalog' where role = 'catalogue'")


def downgrade() -> None:
    op.execute("set lock_timeout = '3s'")
    op.execute("update person_grant set role = 'catalogue' where role = 'catalog'")
    op.execute("update invitation set role = 'catalogue' where role = 'catalog'")
