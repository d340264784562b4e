"""Periodic jobs of `feeds`."""

from __future__ import annotations

from datetime import datetime

from showfloor.feeds import service
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.service import IMPORTS
from showfloor.kit.db import Database

__all__ = ["IMPORTS", "forget_old", "run_imports"]


async def run_imports(database: Database, *, folder: ImportFolder) -> datetime | None:
    return await service.run_due(database, folder)


async def forget_old(database: Database, *, folder: ImportFolder) -> None:
    await service.forget_old(database, folder)
