"""Write to the people of a merchant about its orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.create_table(
        "mail_choice",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "person_id", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "merchant_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mailing_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_letter")),
        sa.UniqueConstraint(
            "mailing_id", "person_id", name=op.f("uq_merchant_letter_mailing_id_person_id")
        ),
    )
    op.create_index(
        op.f("ix_merchant_letter_made_at"), "merchant_letter", ["made_at"], unique=False
    )
    op.create_table(
        "merchant_mailing",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_merchant_mailing")),
    )
    op.create_index(
        op.f("ix_merchant_mailing_due_at"), "merchant_mailing", ["due_at"], unique=False
    )
    op.create_table(
        "merchant_news",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("mailing_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "about", name=op.f("pk_merchant_news")),
    )
    op.create_index(op.f("ix_merchant_news_at"), "merchant_news", ["at"], unique=False)
    op.create_index(
        op.f("ix_merchant_news_mailing_id"), "merchant_news", ["mailing_id"], unique=False
    )
    op.create_index(
        "ix_merchant_news_waiting",
        "merchant_news",
        ["merchant_id"],
        unique=False,
        postgresql_where=sa.text("mailing_id is null"),
    )
    op.add_column("person", sa.Column("language", sa.String(), nullable=True))
