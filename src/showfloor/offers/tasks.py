"""What the worker does for `offers`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Database
from showfloor.offers import service


async def end_drops(database: Database) -> datetime | None:
    """What ran out of a drop is free for others in it, and drops that are over end; when the next
    of them is to be looked at.
    """
    return await service.end_drops(database)


async def end_coupons(database: Database) -> None:
    """What was not used in time of a coupon is free for others, and coupons that are over end."""
    await service.end_coupons(database)


async def offer_freed(database: Database) -> None:
    """What is free again of something sold out is held for who is first in line."""
    await service.offer_freed(database)
