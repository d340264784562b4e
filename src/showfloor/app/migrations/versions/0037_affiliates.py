"""Creators' codes, which purchase came by one, and what was agreed about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "creator_code",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["creator_id"],
            ["creator.id"],
            name=op.f("fk_creator_code_creator_id_creator"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_creator_code")),
    )
    op.create_index(op.f("ix_creator_code_creator_id"), "creator_code", ["creator_id"])
    for table in ("checkout", "orders", "ledger_order"):
        op.add_column(table, sa.Column("affiliate_id", sa.Uuid(), nullable=True))
    op.create_index("ix_ledger_order_affiliate_id", "ledger_order", ["affiliate_id", "payable_at"])
    op.add_column(
        "ledger_line", sa.Column("link_rate", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "ledger_agreement", sa.Column("way", sa.String(), server_default="show", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_ledger_agreement_way"), "ledger_agreement", "way in ('show', 'link')"
    )
