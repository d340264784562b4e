"""Periodic jobs of `feeds`."""

from __future__ import annotations

from datetime import datetime

from showfloor.feeds import service
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.adapters.pictures import PictureFolder
from showfloor.feeds.service import IMPORTS, pictures
from showfloor.feeds.service.pictures import PICTURES
from showfloor.kit.db import Database
from showfloor.kit.outbound import Outbound

__all__ = ["IMPORTS", "PICTURES", "fetch_pictures", "forget_old", "run_imports"]


async def run_imports(
    database: Database, *, folder: ImportFolder, outbound: Outbound
) -> datetime | None:
    return await service.run_due(database, folder, outbound)


async def fetch_pictures(
    database: Database, *, folder: PictureFolder, outbound: Outbound
) -> datetime | None:
    return await pictures.fetch_due(database, outbound, folder)


async def forget_old(database: Database, *, folder: ImportFolder) -> None:
    await service.forget_old(database, folder)
