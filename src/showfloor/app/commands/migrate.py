"""Bring the database to the newest shape."""

from __future__ import annotations

import asyncio

from showfloor.app.migrate import upgrade
from showfloor.app.settings import Settings


def command() -> None:
    asyncio.run(upgrade(Settings().database_url))
