"""Who a seller is before the law, and was when an order was placed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    json = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("merchant", sa.Column("identity", json, nullable=True))
    op.add_column("orders", sa.Column("seller_identity", json, nullable=True))
