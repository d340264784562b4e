"""What was asked in a drop was asked: no later price is called reduced from more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

# Drops from before; those that were called off before they opened were never asked.
BEFORE = """
insert into timed_price (id, variant_id, currency, amount, since, until)
select id, variant_id, currency, price, opens_at, least(closes_at, closed_at) from drop
where opens_at < least(closes_at, closed_at)
"""


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "timed_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_timed_price_positive")),
        sa.CheckConstraint("since < until", name=op.f("ck_timed_price_lasts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_price")),
    )
    op.create_index(
        "ix_timed_price_variant_id_currency_until",
        "timed_price",
        ["variant_id", "currency", "until"],
        unique=False,
    )
    op.execute(BEFORE)
