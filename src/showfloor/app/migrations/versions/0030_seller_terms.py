"""What sellers lay down, in versions that are only added, and which of them an order was placed
under; goods that are exceptions to the right to withdraw.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "seller_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "kind in ('terms', 'returns', 'privacy')", name=op.f("ck_seller_terms_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_terms")),
        sa.UniqueConstraint(
            "merchant_id", "kind", "version", name=op.f("uq_seller_terms_merchant_id_kind_version")
        ),
    )
    for statement in TERMS_ARE_ONLY_ADDED_TO:
        op.execute(statement)
    op.add_column(
        "orders",
        sa.Column("terms", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.add_column("order_line", sa.Column("no_withdrawal", sa.String(), nullable=True))
    op.add_column("product", sa.Column("no_withdrawal", sa.String(), nullable=True))


TERMS_ARE_ONLY_ADDED_TO = (
    """
    create function refuse_terms_change() returns trigger language plpgsql as
    $$ begin raise exception 'terms are history: add a newer version'
        using errcode = 'integrity_constraint_violation'; end $$
    """,
    """
    create trigger seller_terms_are_append_only before update or delete or truncate on seller_terms
    for each statement execute function refuse_terms_change()
    """,
)
