"""The books are not emptied, and an entry gains no postings later; what a buyer is to be given back
after a withdrawal.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

BOOKS = ("ledger_entry", "ledger_posting", "ledger_back", "ledger_line")


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("ledger_order", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.add_column("ledger_order", sa.Column("due_back", sa.BigInteger()))
    # TRUNCATE fires no row triggers (PostgreSQL, CREATE TRIGGER).
    for table in (*BOOKS, "ledger_order"):
        op.execute(
            f"""
            create trigger {table}_not_emptied before truncate on {table}
            for each statement execute function ledger_refuse_change()
            """
        )
    # An entry that another transaction wrote has another xmin. One transaction writes an entry
    # without savepoints; in one, this refuses too much rather than too little.
    op.execute(
        """
        create function ledger_check_same_transaction() returns trigger language plpgsql as $$
        begin
          if exists (
            select from added join ledger_entry on ledger_entry.id = added.entry_id
            where ledger_entry.xmin <> pg_current_xact_id()::xid
          ) then
            raise exception 'an entry of the books is never changed: it gains no postings later'
              using errcode = 'integrity_constraint_violation';
          end if;
          return null;
        end $$
        """
    )
    op.execute(
        """
        create trigger ledger_posting_with_entry after insert on ledger_posting
        referencing new table as added
        for each statement execute function ledger_check_same_transaction()
        """
    )
