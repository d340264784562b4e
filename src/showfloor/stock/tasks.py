"""What the worker does for `stock`."""

from __future__ import annotations

from showfloor.kit.db import Database
from showfloor.stock import service


async def release_expired(database: Database) -> None:
    """Every 250 ms: goods whose hold ran out are free again, and the room shows it within a
    second.
    """
    released = 1
    while released:
        async with database.session() as session:
            released = await service.release_expired(session)


async def forget_old_holds(database: Database) -> None:
    """Every hour."""
    forgotten = 1
    while forgotten:
        async with database.session() as session:
            forgotten = await service.forget_old_holds(session)
