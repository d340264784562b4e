"""Say of which orders a payout is.

What payouts paid until now is noted with the last one of each account, so that the next one does
not name those orders again; which of them paid what is not known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_PAID_BEFORE = """
    insert into payout_order (payout_id, order_id, amount)
    select last.id, e.order_id, sum(p.amount)
    from (
        select distinct on (po.holder, po.owner, b.currency)
            po.id, po.holder, po.owner, b.currency, b.computed_at
        from payout po join payout_batch b on b.id = po.batch_id
        where po.state in ('computed', 'approved', 'sent', 'settled')
        order by po.holder, po.owner, b.currency, po.id desc
    ) last
    join ledger_posting p on p.holder = last.holder and p.owner = last.owner
    join ledger_entry e
        on e.id = p.entry_id and e.currency = last.currency and e.at <= last.computed_at
    join ledger_order o on o.order_id = e.order_id and o.payable_at <= last.computed_at
    group by last.id, e.order_id
    having sum(p.amount) <> 0
"""


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "payout_order",
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payout_order_amount")),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payout.id"], name=op.f("fk_payout_order_payout_id_payout")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["ledger_order.order_id"],
            name=op.f("fk_payout_order_order_id_ledger_order"),
        ),
        sa.PrimaryKeyConstraint("payout_id", "order_id", name=op.f("pk_payout_order")),
    )
    op.add_column(
        "payout",
        sa.Column("itemised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(_PAID_BEFORE)
