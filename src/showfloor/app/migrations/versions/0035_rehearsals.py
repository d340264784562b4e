"""Which show rehearses which, and rooms that only who knows their random id can enter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "rehearsal",
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("of_show_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["show_id"],
            ["show.id"],
            name=op.f("fk_rehearsal_show_id_show"),
            ondelete="cascade",
        ),
        sa.ForeignKeyConstraint(
            ["of_show_id"],
            ["show.id"],
            name=op.f("fk_rehearsal_of_show_id_show"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("show_id", name=op.f("pk_rehearsal")),
        sa.UniqueConstraint("of_show_id", name=op.f("uq_rehearsal_of_show_id")),
    )
    op.execute(
        """
        create or replace view public_room as
        select id, seq from room where not exists (select from show where show.id = room.id
          and show.published_at is null and show.state <> 'rehearsal')
        """
    )
