"""Stock in step with the merchant's own shop: changes with their reasons, missing pieces, versions,
shares kept for a show; and what the desk lists of products.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.drop_column("stock_item", "available")
    op.add_column("stock_item", _counter("missing", sa.Integer()))
    op.add_column("stock_item", _counter("version", sa.BigInteger()))
    op.add_column(
        "stock_item",
        sa.Column(
            "available",
            sa.Integer(),
            sa.Computed("on_hand - missing - held - sold", persisted=True),
            nullable=False,
        ),
    )
    op.create_check_constraint(op.f("ck_stock_item_missing"), "stock_item", "missing >= 0")
    op.execute(
        """
        create or replace view room_stock as
        select shelf.show_id as room_id, variant.sku,
          greatest(stock.on_hand - stock.missing - stock.held - stock.sold, 0) as available
        from show_product shelf
        join variant on variant.product_id = shelf.product_id
        join stock_item stock on stock.variant_id = variant.id
        """
    )
    op.create_table(
        "stock_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_change")),
        sa.UniqueConstraint("variant_id", "key", name=op.f("uq_stock_change_variant_id_key")),
        sa.UniqueConstraint(
            "variant_id", "reference", name=op.f("uq_stock_change_variant_id_reference")
        ),
    )
    op.create_index("ix_stock_change_variant_id_id", "stock_change", ["variant_id", "id"])
    op.create_table(
        "stock_lease",
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("sold_before", sa.Integer(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_lease_quantity")),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_stock_lease")),
    )
    op.create_table(
        "stock_report",
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_stock_report")),
    )
    op.execute(
        """
        create view desk_product as
        select product.id, product.merchant_id,
          lower(concat_ws(' ', product.name ->> 'en', product.name ->> 'ar',
            string_agg(variant.sku, ' '))) as words,
          jsonb_array_length(product.pictures) as pictures,
          coalesce(sum(greatest(stock.on_hand - stock.missing - stock.sold, 0)), 0)::int
            as in_stock,
          coalesce(sum(stock.held), 0)::int as held,
          coalesce(sum(greatest(stock.held + stock.sold + stock.missing - stock.on_hand, 0)), 0)
            ::int as short,
          coalesce(bool_or(said.said <> stock.on_hand - stock.missing - stock.sold), false)
            as differs
        from product
          left join variant on variant.product_id = product.id
          left join stock_item stock on stock.variant_id = variant.id
          left join stock_report said on said.variant_id = variant.id
        group by product.id
        """
    )


def _counter(name: str, kind: sa.Integer) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, server_default=sa.text("0"))
