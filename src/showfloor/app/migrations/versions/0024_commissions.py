"""Commission rates, as merchants and creators agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "ledger_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("agreed_at", TIME, nullable=True),
        sa.Column("effective_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint("rate between 0 and 9000", name=op.f("ck_ledger_agreement_rate")),
        sa.CheckConstraint(
            "agreed_at is null or ended_at is null", name=op.f("ck_ledger_agreement_end")
        ),
        sa.CheckConstraint(
            "(agreed_at is null) = (effective_at is null)",
            name=op.f("ck_ledger_agreement_agreed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_agreement")),
    )
    op.create_index(
        "ix_ledger_agreement_merchant_id",
        "ledger_agreement",
        ["merchant_id", "creator_id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_agreement_creator_id", "ledger_agreement", ["creator_id"], unique=False
    )
