"""Subtitles: what is said is to be written beside a replay and its clips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column(
        "replay",
        sa.Column("captions_due", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    # What has captions by now gets its files, too.
    op.execute(
        "update replay set captions_due = true from show"
        " where show.id = replay.show_id and show.caption_languages <> '[]'"
    )
