"""Drops: some pieces at a price for a time, and the log that proves what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

# What viewers are told is left: by SKU, and of the drop that is announced by its id. Pieces that
# are set apart are held, so no SKU counts them.
ROOM_STOCK = """
create or replace view room_stock as
select shelf.show_id as room_id, variant.sku,
  greatest(stock.on_hand - stock.missing - stock.held - stock.sold, 0) as available
from show_product shelf
join variant on variant.product_id = shelf.product_id
join stock_item stock on stock.variant_id = variant.id
union all
select drop.show_id, 'drop_' || replace(drop.id::text, '-', ''), apart.free
from drop join stock_apart apart on apart.id = drop.id
where drop.state = 'announced'
"""

# As with the books (0031, 0036): what was written into a log stays as it is.
REFUSE = """
create function drop_record_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'a record of a log of a drop is never changed'
    using errcode = 'integrity_constraint_violation';
end $$
"""


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "stock_apart",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.CheckConstraint("free >= 0 and free <= units", name=op.f("ck_stock_apart_free")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_apart")),
    )
    op.add_column("hold_line", sa.Column("apart_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_hold_line_apart_id",
        "hold_line",
        ["apart_id"],
        unique=False,
        postgresql_where=sa.text("apart_id is not null"),
    )
    op.create_table(
        "drop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("per_person", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("was", sa.BigInteger(), nullable=True),
        sa.Column("countdown_s", sa.Integer(), nullable=False),
        sa.Column("runs_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("cue_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("announced_at", TIME, nullable=True),
        sa.Column("opens_at", TIME, nullable=True),
        sa.Column("closes_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("sold", sa.Integer(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("records", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("head", sa.String(), nullable=True),
        sa.Column("head_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_drop_units")),
        sa.CheckConstraint("per_person between 1 and units", name=op.f("ck_drop_per_person")),
        sa.CheckConstraint("price > 0", name=op.f("ck_drop_price")),
        sa.CheckConstraint(
            "state in ('planned', 'announced', 'ended', 'cancelled')", name=op.f("ck_drop_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drop")),
    )
    op.create_index("ix_drop_show_id", "drop", ["show_id"], unique=False)
    op.create_index("ix_drop_variant_id", "drop", ["variant_id"], unique=False)
    op.create_index("ix_drop_product_id", "drop", ["product_id"], unique=False)
    op.create_index(
        "uq_drop_announced_of_show",
        "drop",
        ["show_id"],
        unique=True,
        postgresql_where=sa.text("state = 'announced'"),
    )
    op.create_table(
        "drop_record",
        sa.Column("drop_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("drop_id", "n", name=op.f("pk_drop_record")),
    )
    op.execute(REFUSE)
    op.execute(
        """
        create trigger drop_record_never_changed before update or delete on drop_record
        for each row execute function drop_record_refuse_change()
        """
    )
    op.execute(
        """
        create trigger drop_record_not_emptied before truncate on drop_record
        for each statement execute function drop_record_refuse_change()
        """
    )
    op.create_table(
        "drop_hold",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("drop_id", sa.Uuid(), nullable=False),
        sa.Column("arrival", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state in ('held', 'paid', 'released')", name=op.f("ck_drop_hold_state")
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_drop_hold")),
    )
    op.create_index("ix_drop_hold_drop_id_person", "drop_hold", ["drop_id", "person"], unique=False)
    op.execute(ROOM_STOCK)
