"""Roles in teams. Whoever was granted something until now keeps all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column(
        "person_grant",
        sa.Column("role", sa.String(), server_default=sa.text("'owner'"), nullable=False),
    )
    op.execute("update person_grant set role = 'operator' where kind = 'operator'")
    # From here on a grant says its role, or is not stored.
    op.alter_column("person_grant", "role", server_default=None)
