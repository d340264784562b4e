"""From which goods a buyer withdrew, where not from all of them at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "order_withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _of("order_withdrawal", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_withdrawal")),
    )
    op.create_index("ix_order_withdrawal_order_id", "order_withdrawal", ["order_id"])
    op.create_table(
        "order_withdrawal_line",
        sa.Column("withdrawal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_withdrawal_line_quantity")),
        _of("order_withdrawal_line", "withdrawal_id", "order_withdrawal"),
        sa.PrimaryKeyConstraint("withdrawal_id", "position", name=op.f("pk_order_withdrawal_line")),
    )
    # Every proof from before is of a withdrawal from the whole order.
    op.add_column(
        "order_return_proof", sa.Column("covers", sa.Integer(), nullable=False, server_default="1")
    )
    op.drop_constraint(op.f("pk_order_return_proof"), "order_return_proof", type_="primary")
    op.create_primary_key(
        op.f("pk_order_return_proof"), "order_return_proof", ["order_id", "covers"]
    )
    op.create_index(
        "ix_orders_withdrawn",
        "orders",
        ["merchant_id"],
        postgresql_where=sa.text("withdrawn_at is not null"),
    )


def _of(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="cascade")
