"""Two transactions that meet: the second is let loose once it waits for the first."""

from __future__ import annotations

import asyncio

from showfloor.kit.db import Database

_WAITING = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"


async def until_somebody_waits(database: Database) -> None:
    """Until a transaction of this test's database waits for a lock of another."""
    async with asyncio.timeout(2), database.pool.connection() as connection:
        while True:
            row = await (await connection.execute(_WAITING)).fetchone()
            if row is not None and row[0]:
                return
            await asyncio.sleep(0.01)
