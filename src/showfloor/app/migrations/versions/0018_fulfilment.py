"""What happened to an order since it was placed: parcels, refunds, notes; and mails about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "order_shipment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=True),
        sa.Column("shipped_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        _of("order_shipment", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_shipment")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_order_shipment_order_id_key")),
    )
    op.create_table(
        "order_shipment_line",
        sa.Column("shipment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_shipment_line_quantity")),
        _of("order_shipment_line", "shipment_id", "order_shipment"),
        sa.PrimaryKeyConstraint("shipment_id", "position", name=op.f("pk_order_shipment_line")),
    )
    op.create_table(
        "order_refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("look_at", TIME, nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_order_refund_amount")),
        sa.CheckConstraint(
            "state in ('promised', 'done', 'refused')", name=op.f("ck_order_refund_state")
        ),
        _of("order_refund", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_refund")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_order_refund_order_id_key")),
    )
    op.create_index(
        "ix_order_refund_look_at",
        "order_refund",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("look_at is not null"),
    )
    op.create_table(
        "order_refund_line",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("restock", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_refund_line_quantity")),
        sa.CheckConstraint(
            "unsent between 0 and quantity", name=op.f("ck_order_refund_line_unsent")
        ),
        sa.CheckConstraint(
            "restock between 0 and quantity", name=op.f("ck_order_refund_line_restock")
        ),
        _of("order_refund_line", "refund_id", "order_refund"),
        sa.PrimaryKeyConstraint("refund_id", "position", name=op.f("pk_order_refund_line")),
    )
    op.create_table(
        "order_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        _of("order_note", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_note")),
    )
    op.create_index("ix_order_note_order_id", "order_note", ["order_id"], unique=False)
    # Until now a mail was about the order itself.
    op.add_column("mail", sa.Column("about", sa.Uuid(), nullable=True))
    op.execute("update mail set about = order_id")
    op.alter_column("mail", "about", nullable=False)
    op.drop_constraint(op.f("uq_mail_kind_order_id"), "mail", type_="unique")
    op.create_unique_constraint(op.f("uq_mail_kind_about"), "mail", ["kind", "about"])


def _of(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="cascade")
