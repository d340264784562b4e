"""Periodic jobs of `shows`."""

from __future__ import annotations

from showfloor.kit.db import Database
from showfloor.shows import service


async def interrupt_lost_shows(database: Database) -> None:
    await service.interrupt_lost_shows(database)
