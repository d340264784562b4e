"""Chat: who writes in a show, what is said, and what `fanout` reads of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

# What everybody may read: what is shown, and that something is not shown any more. The texts are
# those of `room.schemas.MessageOut` (tests/integration/room/test_messages.py).
ROOM_MESSAGE = """
create view room_message as
select show_id as room_id, id, change, author_id, media_at, role <> 'viewer' as staff,
  state = 'shown' as shown,
  case when state = 'shown' then json_build_object(
    'id', 'msg_' || replace(id::text, '-', ''), 'name', name, 'role', role, 'text', text,
    'at', to_char(date_trunc('milliseconds', at) at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'media_at', to_char(date_trunc('milliseconds', media_at) at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'reply_to', 'msg_' || replace(reply_to::text, '-', '')
  ) else json_build_object('id', 'msg_' || replace(id::text, '-', ''), 'deleted', true) end as value
from chat_message where state in ('shown', 'deleted')
"""


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.execute(sa.schema.CreateSequence(sa.Sequence("chat_change", data_type=sa.BigInteger)))
    op.create_table(
        "chat_author",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=True),
        sa.Column("token_digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_author")),
        sa.UniqueConstraint("show_id", "person_id", name=op.f("uq_chat_author_show_id_person_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_chat_author_token_digest")),
    )
    op.create_index(op.f("ix_chat_author_person_id"), "chat_author", ["person_id"], unique=False)
    op.create_index(op.f("ix_chat_author_created_at"), "chat_author", ["created_at"], unique=False)
    op.create_table(
        "chat_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("media_at", TIME, nullable=False),
        sa.Column("reply_to", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column(
            "change",
            sa.BigInteger(),
            server_default=sa.text("nextval('chat_change')"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("change", name=op.f("uq_chat_message_change")),
    )
    op.create_index(op.f("ix_chat_message_author_id"), "chat_message", ["author_id"], unique=False)
    op.create_index(op.f("ix_chat_message_at"), "chat_message", ["at"], unique=False)
    op.create_index(
        "ix_chat_message_show_id_change", "chat_message", ["show_id", "change"], unique=False
    )
    op.create_index(
        "ix_chat_message_show_id_media_at", "chat_message", ["show_id", "media_at"], unique=False
    )
    op.execute(ROOM_MESSAGE)
