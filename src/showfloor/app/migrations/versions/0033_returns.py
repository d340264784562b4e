"""What comes back of an order, and how each seller takes it back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "order_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("value_lost", sa.BigInteger(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("value_lost >= 0", name=op.f("ck_order_return_value_lost")),
        _of("order_return", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_return")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_order_return_order_id_key")),
    )
    op.create_table(
        "order_return_line",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.Column("restock", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_return_line_quantity")),
        sa.CheckConstraint(
            "damaged between 0 and quantity", name=op.f("ck_order_return_line_damaged")
        ),
        sa.CheckConstraint(
            "restock between 0 and quantity - damaged", name=op.f("ck_order_return_line_restock")
        ),
        _of("order_return_line", "return_id", "order_return"),
        sa.PrimaryKeyConstraint("return_id", "position", name=op.f("pk_order_return_line")),
    )
    op.create_table(
        "order_return_proof",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("tracking", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        _of("order_return_proof", "order_id", "orders"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_return_proof")),
    )
    # merchants.types.ReturnTerms; none in versions from before.
    op.add_column("seller_terms", sa.Column("way_back", postgresql.JSONB(), nullable=True))


def _of(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="cascade")
