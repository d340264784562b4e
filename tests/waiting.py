"""Two transactions that meet: the second is let loose once it waits for the first."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from showfloor.kit.db import Database

_WAITING = text(
    "select count(*) from pg_stat_activity where datname = current_database() and "
    "wait_event_type = 'Lock'"
)


async def until_somebody_waits(database: Database, how_many: int = 1) -> None:
    """Until so many transactions of this test's database wait for a lock of another."""
    async with asyncio.timeout(5):
        while await _waiting(database) < how_many:
            await asyncio.sleep(0.01)


async def _waiting(database: Database) -> int:
    # A transaction of its own each time: within one, PostgreSQL shows the same picture of its
    # sessions again.
    async with database.session() as session:
        return int((await session.execute(_WAITING)).scalar_one())
