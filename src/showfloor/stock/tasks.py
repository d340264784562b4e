"""What the worker does for `stock`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Database
from showfloor.stock import service


async def release_expired(database: Database) -> datetime | None:
    """Goods whose hold ran out are free again, and the room shows it within a second; the moment
    at which the next hold runs out.
    """
    released = 1
    while released:
        async with database.transaction() as connection:
            released = await service.release_expired(connection)
            next_expiry = await service.next_expiry(connection)
    return next_expiry


async def forget_clients(database: Database) -> None:
    """Every minute: which network held what."""
    forgotten = 1
    while forgotten:
        async with database.transaction() as connection:
            forgotten = await service.forget_clients(connection)


async def forget_old_holds(database: Database) -> None:
    """Every hour."""
    forgotten = 1
    while forgotten:
        async with database.session() as session:
            forgotten = await service.forget_old_holds(session)
