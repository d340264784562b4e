"""replay pictures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("replay", sa.Column("poster_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "replay",
        sa.Column("drawn_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("replay", sa.Column("poster_file", sa.String(), nullable=True))
    op.add_column("replay", sa.Column("storyboard_file", sa.String(), nullable=True))
    op.add_column("show", sa.Column("replay_poster_url", sa.String(), nullable=True))
    op.add_column(
        "show",
        sa.Column(
            "replay_poster_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column("show", sa.Column("replay_storyboard_url", sa.String(), nullable=True))
