"""Payouts: batches that another person approves, and what is kept back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("computed_by", sa.Uuid(), nullable=False),
        sa.Column("computed_at", TIME, nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("approved_by <> computed_by", name=op.f("ck_payout_batch_four_eyes")),
        sa.CheckConstraint(
            "(state in ('approved', 'exported')) = (approved_by is not null)",
            name=op.f("ck_payout_batch_approved"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
    )
    op.create_index(
        "uq_payout_batch_waiting",
        "payout_batch",
        ["currency"],
        unique=True,
        postgresql_where=sa.text("state = 'computed'"),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payout_amount")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payout_batch.id"], name=op.f("fk_payout_batch_id_payout_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
    )
    op.create_index("ix_payout_batch_id", "payout", ["batch_id"], unique=False)
    op.create_index("ix_payout_account", "payout", ["holder", "owner", "id"], unique=False)
    op.create_table(
        "payout_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payout_hold_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_hold")),
    )
    op.create_index(
        "ix_payout_hold_account", "payout_hold", ["holder", "owner", "ends_at"], unique=False
    )
