"""What people ask in a show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

# Another number after each change, in whatever order the transactions commit: a question that is
# changed gets a larger number than any before, and who joins one is one more.
ROOM_QUESTIONS = """
create view room_questions as
select room_id, sum(part)::bigint as number from (
  select show_id as room_id, sum(change) as part from chat_question group by show_id
  union all
  select show_id, count(*) from chat_asker group by show_id
) parts group by room_id
"""


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.execute(
        sa.schema.CreateSequence(sa.Sequence("chat_question_change", data_type=sa.BigInteger))
    )
    op.create_table(
        "chat_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("media_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column(
            "change",
            sa.BigInteger(),
            server_default=sa.text("nextval('chat_question_change')"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_question")),
        sa.UniqueConstraint("show_id", "key", name=op.f("uq_chat_question_show_id_key")),
    )
    op.create_index(op.f("ix_chat_question_at"), "chat_question", ["at"], unique=False)
    op.create_table(
        "chat_asker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_asker")),
        sa.UniqueConstraint(
            "question_id", "asker_id", name=op.f("uq_chat_asker_question_id_asker_id")
        ),
    )
    op.create_index(op.f("ix_chat_asker_show_id"), "chat_asker", ["show_id"], unique=False)
    op.create_index(op.f("ix_chat_asker_author_id"), "chat_asker", ["author_id"], unique=False)
    op.create_index(op.f("ix_chat_asker_at"), "chat_asker", ["at"], unique=False)
    op.add_column("chat_action", sa.Column("question_id", sa.Uuid(), nullable=True))
    op.execute(ROOM_QUESTIONS)
