"""Suspicions that somebody is a child, and the evidence of what was decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.add_column("viewer", sa.Column("limited_at", sa.DateTime(timezone=True)))
    op.add_column("chat_author", sa.Column("limited_at", sa.DateTime(timezone=True)))
    op.create_table(
        "suspicion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion")),
    )
    op.create_index("ix_suspicion_decided_at", "suspicion", ["decided_at"])
    op.create_index("ix_suspicion_subject_id", "suspicion", ["subject_id"])
    op.create_index(
        "uq_suspicion_open",
        "suspicion",
        ["about", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "evidence",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_evidence")),
    )
    op.create_table(
        "evidence_head",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_evidence_head_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_evidence_head")),
    )
    op.execute(
        """
        create function evidence_refuse_change() returns trigger language plpgsql as $$
        begin
          raise exception 'the evidence is only added to'
            using errcode = 'integrity_constraint_violation';
        end $$
        """
    )
    op.execute(
        """
        create trigger evidence_append_only before update or delete on evidence
        for each row execute function evidence_refuse_change()
        """
    )
    # TRUNCATE fires no row triggers (PostgreSQL, CREATE TRIGGER).
    op.execute(
        """
        create trigger evidence_not_emptied before truncate on evidence
        for each statement execute function evidence_refuse_change()
        """
    )
