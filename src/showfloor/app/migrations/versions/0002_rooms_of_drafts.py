"""rooms of drafts

A draft is its host's alone, and so is its room: the room server reads rooms through a view that
leaves drafts out.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set lock_timeout = '3s'")
    op.execute("drop view room_live")
    op.execute(
        """
        create view public_room as
        select id, seq from room where not exists (select from show where show.id = room.id
          and show.state = 'draft')
        """
    )
    op.execute(
        """
        do $$ begin
          if exists (select from pg_roles where rolname = 'showfloor_fanout') then
            revoke select on room from showfloor_fanout;
            grant select on public_room to showfloor_fanout;
          end if;
        end $$
        """
    )
