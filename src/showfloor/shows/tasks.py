"""Periodic jobs of `shows`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.media import service as media
from showfloor.shows import service


async def end_old_rehearsals(database: Database) -> None:
    """Those that nobody ended."""
    async with database.session() as session:
        await service.discard_old_rehearsals(session)


async def interrupt_lost_shows(database: Database) -> datetime | None:
    """When the next show is lost unless `streaming` speaks of it again."""
    async with database.session() as session:
        due = await media.next_loss(session)
    if due is None or due > clock.now():
        return due
    await service.interrupt_lost_shows(database)
    return clock.now()
