"""order numbers by lot

Counted numbers tell a buyer how much a seller sells, and a seller how much the others do. Numbers
that were given stay.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set lock_timeout = '3s'")
    op.execute("alter table orders alter column serial drop identity")
    op.execute("alter table orders rename column serial to number")
    op.drop_constraint("uq_orders_serial", "orders")
    op.create_unique_constraint("uq_orders_merchant_id_number", "orders", ["merchant_id", "number"])
