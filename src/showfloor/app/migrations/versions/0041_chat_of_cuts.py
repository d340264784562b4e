"""Hide what was said in what the host took out of a recording."""

from __future__ import annotations

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# As in 0022, but for `seen`: after the end of a show its messages are those of its recording
# (`room.queries.newest_messages`).
ROOM_MESSAGE = """
create or replace view room_message as
select show_id as room_id, id, change, author_id, media_at, role <> 'viewer' as staff,
  seen.shown as shown,
  case when seen.shown then json_build_object(
    'id', 'msg_' || replace(id::text, '-', ''), 'name', name, 'role', role, 'text', text,
    'at', to_char(date_trunc('milliseconds', at) at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'media_at', to_char(date_trunc('milliseconds', media_at) at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'reply_to', 'msg_' || replace(reply_to::text, '-', '')
  ) else json_build_object('id', 'msg_' || replace(id::text, '-', ''), 'deleted', true) end as value
from chat_message message
cross join lateral (
  select state = 'shown' and not exists (
    select from replay where replay.show_id = message.show_id and replay.ended_at is not null and (
      not replay.public or replay.deleted_at is not null
      or message.media_at < replay.trim_start or message.media_at >= replay.trim_end
      or exists (select from replay_hidden_span hidden where hidden.show_id = message.show_id
        and message.media_at >= hidden.starts_at and message.media_at < hidden.ends_at)
    )
  ) as shown
) seen
where state in ('shown', 'deleted')
"""


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    op.execute(ROOM_MESSAGE)
