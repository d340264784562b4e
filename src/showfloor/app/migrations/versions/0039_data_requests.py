"""The register of what people ask about their data, and receipts of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("viewer_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
    )
    op.create_index(
        "ix_privacy_request_open",
        "privacy_request",
        ["due_at"],
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_index(op.f("ix_privacy_request_viewer_id"), "privacy_request", ["viewer_id"])
    op.create_table(
        "privacy_receipt",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("eraser", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["privacy_request.id"],
            name=op.f("fk_privacy_receipt_request_id_privacy_request"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("request_id", "eraser", name=op.f("pk_privacy_receipt")),
    )
