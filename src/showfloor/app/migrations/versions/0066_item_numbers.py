"""Number the products of each show, and let hosts switch buying by comment off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("show_product", sa.Column("item_number", sa.Integer(), nullable=True))
    # A shelf has had no numbers until now: its order is the one in which a host reads it.
    op.execute(
        """
        update show_product set item_number = numbered.number
        from (
          select show_id, product_id,
            row_number() over (partition by show_id order by position, product_id) as number
          from show_product
        ) as numbered
        where show_product.show_id = numbered.show_id
          and show_product.product_id = numbered.product_id
        """
    )
    op.alter_column("show_product", "item_number", nullable=False)
    op.create_unique_constraint(
        op.f("uq_show_product_show_id_item_number"), "show_product", ["show_id", "item_number"]
    )
    op.create_check_constraint(
        op.f("ck_show_product_item_number"), "show_product", "item_number between 1 and 9999"
    )
    op.add_column(
        "show",
        sa.Column("last_item_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.execute(
        """
        update show set last_item_number = numbered.last
        from (select show_id, max(item_number) as last from show_product group by show_id)
          as numbered
        where show.id = numbered.show_id
        """
    )
    op.add_column(
        "chat_settings",
        sa.Column("buy_by_comment", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
