"""Imports from an address, and the pictures of imported products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("product_import", sa.Column("url", sa.String(), nullable=True))
    op.add_column("product_import", sa.Column("fetched_at", TIME, nullable=True))
    op.add_column("product_import", sa.Column("etag", sa.String(), nullable=True))
    op.add_column("product_import", sa.Column("last_modified", sa.String(), nullable=True))
    op.add_column(
        "product_import",
        sa.Column("not_modified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_table(
        "import_source",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "digest", name=op.f("pk_import_source")),
    )
    op.create_table(
        "import_picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stored_url", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column(
            "error_params",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_picture")),
        sa.UniqueConstraint(
            "product_id", "digest", name=op.f("uq_import_picture_product_id_digest")
        ),
    )
    op.create_index(
        "ix_import_picture_due",
        "import_picture",
        ["not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_import_picture_import_id_id", "import_picture", ["import_id", "id"], unique=False
    )
