"""Waiting lists: who is first in line for what is sold out gets the next piece, provably.

What every purchase locks gets its column, its check and its index in steps that are committed one
by one. What readers of rooms have locked comes last, when nothing is locked that a purchase needs:
a migration that waits for the one while it has the other would wait in a circle. Who repeats it
after it was interrupted goes on where it stopped.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

# What viewers are told is left: by SKU, and of the drop that is announced by its id. Free pieces
# for which people wait in line are for these alone.
ROOM_STOCK = """
create or replace view room_stock as
select shelf.show_id as room_id, variant.sku,
  greatest(stock.on_hand - stock.missing - stock.held - stock.sold - stock.waiting, 0) as available
from show_product shelf
join variant on variant.product_id = shelf.product_id
join stock_item stock on stock.variant_id = variant.id
union all
select drop.show_id, 'drop_' || replace(drop.id::text, '-', ''), apart.free
from drop join stock_apart apart on apart.id = drop.id
where drop.state = 'announced'
"""

# As with drops (0058): what was written into a log stays as it is.
REFUSE = """
create function waiting_record_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'a record of a log of a waiting list is never changed'
    using errcode = 'integrity_constraint_violation';
end $$
"""


COUNT = "alter table stock_item add column if not exists waiting integer default 0 not null"
CHECK = "ck_stock_item_waiting"
IS_CHECKED = sa.text("select exists (select from pg_constraint where conname = :name)")
INDEX = "ix_stock_item_waiting"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # A migration that waits for a lock makes every request behind it wait.
        op.execute("set lock_timeout = '3s'")
        op.execute(COUNT)
        if not op.get_bind().execute(IS_CHECKED, {"name": CHECK}).scalar_one():
            # Every row has the default: nothing is to be read for it.
            op.execute(
                f"alter table stock_item add constraint {CHECK} check (waiting >= 0) not valid"
            )
        # It waits for older transactions, and nobody waits for it. One that was broken off has left
        # an index that is none.
        op.execute("set lock_timeout = 0")
        op.execute(f"drop index concurrently if exists {INDEX}")
        op.execute(
            f"create index concurrently {INDEX} on stock_item (variant_id) where waiting > 0"
        )
        op.execute("set lock_timeout = '3s'")
    _make_tables()
    # Nothing else that anybody uses is locked now.
    op.execute(ROOM_STOCK)
    # The next migration is the same session's.
    op.execute("reset lock_timeout")


def _make_tables() -> None:
    op.create_table(
        "waiting_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("records", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("head", sa.String(), nullable=True),
        sa.Column("head_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list")),
    )
    op.create_index(
        "uq_waiting_list_open_of_variant",
        "waiting_list",
        ["variant_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "waiting_record",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "n", name=op.f("pk_waiting_record")),
    )
    op.execute(REFUSE)
    op.execute(
        """
        create trigger waiting_record_never_changed before update or delete on waiting_record
        for each row execute function waiting_record_refuse_change()
        """
    )
    op.execute(
        """
        create trigger waiting_record_not_emptied before truncate on waiting_record
        for each statement execute function waiting_record_refuse_change()
        """
    )
    op.create_table(
        "waiting_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("until", TIME, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'offered', 'bought', 'passed')",
            name=op.f("ck_waiting_place_state"),
        ),
        sa.CheckConstraint(
            "state not in ('waiting', 'offered') or (state = 'offered') = (hold_id is not null)",
            name=op.f("ck_waiting_place_offered"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["waiting_list.id"], name=op.f("fk_waiting_place_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_place")),
        sa.UniqueConstraint(
            "list_id", "viewer_id", name=op.f("uq_waiting_place_list_id_viewer_id")
        ),
    )
    op.create_index(
        "ix_waiting_place_list_id_joined", "waiting_place", ["list_id", "joined"], unique=False
    )
    op.create_index("ix_waiting_place_viewer_id", "waiting_place", ["viewer_id"], unique=False)
    op.create_index("ix_waiting_place_joined_at", "waiting_place", ["joined_at"], unique=False)
    op.create_index(
        "ix_waiting_place_offered",
        "waiting_place",
        ["list_id"],
        unique=False,
        postgresql_where=sa.text("state = 'offered'"),
    )
