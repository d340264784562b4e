"""SQL of how many hearts a show was sent."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session
from showfloor.room.models import HeartsRow


async def add_hearts(session: Session, counted: Mapping[UUID, int]) -> None:
    """By show. In one order, so that two processes do not wait for each other."""
    rows = [{"room_id": show_id, "total": counted[show_id]} for show_id in sorted(counted)]
    added = insert(HeartsRow).values(rows)
    total = HeartsRow.total + added.excluded.total
    await session.execute(
        added.on_conflict_do_update(index_elements=[HeartsRow.room_id], set_={"total": total})
    )
