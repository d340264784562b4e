"""What the worker does for `replays`."""

from __future__ import annotations

from datetime import datetime, timedelta

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.replays import service
from showfloor.replays.adapters.storage import Storage

LOOK_AGAIN = timedelta(seconds=1)
"""While the last segments of a show are on their way to the disk."""


async def publish_replays(database: Database, storage: Storage) -> datetime | None:
    """One transaction a show; when to look again."""
    async with database.session() as session:
        waiting = await service.list_unpublished(session)
    unfinished = False
    for show_id in waiting:
        async with database.session() as session:
            published = await service.publish(session, storage, show_id, thorough=True)
        unfinished |= not published.complete
    return clock.now() + LOOK_AGAIN if unfinished else None
