"""Periodic jobs of `shows`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Database
from showfloor.media import service as media
from showfloor.shows import service


async def interrupt_lost_shows(database: Database) -> datetime | None:
    """When the next show is lost unless `streaming` speaks of it again."""
    await service.interrupt_lost_shows(database)
    async with database.session() as session:
        return await media.next_loss(session)
