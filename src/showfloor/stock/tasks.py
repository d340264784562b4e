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
        async with database.session() as session:
            released = await service.release_expired(session)
            next_expiry = await service.next_expiry(session)
    return next_expiry


async def forget_old_holds(database: Database) -> None:
    """Every hour."""
    forgotten = 1
    while forgotten:
        async with database.session() as session:
            forgotten = await service.forget_old_holds(session)
