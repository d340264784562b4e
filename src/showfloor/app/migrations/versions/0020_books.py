"""The books: entries that are balanced and never changed, and the orders they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("kind", "source_id", name=op.f("uq_ledger_entry_kind_source_id")),
    )
    op.create_index(op.f("ix_ledger_entry_order_id"), "ledger_entry", ["order_id"], unique=False)
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_posting_amount")),
        _of("ledger_posting", "entry_id", "ledger_entry", "id"),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_ledger_posting")),
    )
    op.create_index(
        "ix_ledger_posting_account",
        "ledger_posting",
        ["holder", "owner", "entry_id"],
        unique=False,
    )
    op.create_table(
        "ledger_order",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=True),
        sa.Column("show_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("fee_rate", sa.Integer(), nullable=False),
        sa.Column("placed_at", TIME, nullable=False),
        sa.Column("payable_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_ledger_order")),
    )
    for column in ("merchant_id", "creator_id"):
        op.create_index(
            f"ix_ledger_order_{column}", "ledger_order", [column, "payable_at"], unique=False
        )
    op.create_table(
        "ledger_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        _of("ledger_line", "order_id", "ledger_order", "order_id"),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_ledger_line")),
    )
    op.create_table(
        "ledger_back",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_back_amount")),
        _of("ledger_back", "order_id", "ledger_order", "order_id"),
        sa.PrimaryKeyConstraint("source_id", "position", name=op.f("pk_ledger_back")),
    )
    op.create_index("ix_ledger_back_order_id", "ledger_back", ["order_id"], unique=False)
    _guard_entries()


def _guard_entries() -> None:
    """Checked when a transaction ends: its entries are balanced. Refused at once: a change of one
    that was written.
    """
    op.execute(
        """
        create function ledger_refuse_change() returns trigger language plpgsql as $$
        begin
          raise exception 'an entry of the books is never changed'
            using errcode = 'integrity_constraint_violation';
        end $$
        """
    )
    op.execute(
        """
        create function ledger_check_balance() returns trigger language plpgsql as $$
        declare
          checked uuid;
          total numeric;
          postings bigint;
        begin
          if tg_table_name = 'ledger_entry' then checked := new.id;
          else checked := new.entry_id;
          end if;
          select coalesce(sum(amount), 0), count(*) into total, postings
            from ledger_posting where entry_id = checked;
          if total <> 0 or postings < 2 then
            raise exception 'entry % of the books is not balanced: % in % postings',
              checked, total, postings using errcode = 'integrity_constraint_violation';
          end if;
          return null;
        end $$
        """
    )
    for table in ("ledger_entry", "ledger_posting"):
        op.execute(
            f"""
            create constraint trigger {table}_balance after insert on {table}
            deferrable initially deferred
            for each row execute function ledger_check_balance()
            """
        )
    for table in ("ledger_entry", "ledger_posting", "ledger_back", "ledger_line"):
        op.execute(
            f"""
            create trigger {table}_append_only before update or delete on {table}
            for each row execute function ledger_refuse_change()
            """
        )


def _of(table: str, column: str, owner: str, key: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.{key}"], name=name)
