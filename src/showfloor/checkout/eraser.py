"""How a buyer disappears from `checkout`."""

from __future__ import annotations

from showfloor.checkout import queries
from showfloor.kit.db import Session
from showfloor.privacy.types import Eraser, Subject


async def _erase(session: Session, subject: Subject) -> int:
    return await queries.erase_buyer(session, subject)


async def _waits(session: Session, subject: Subject) -> int:
    """Payments under way: without an address their orders could not be placed."""
    return await queries.count_paying(session, subject)


ERASER = Eraser(
    "checkout",
    _erase,
    "which goods were to be bought for how much, without a person",
    waits=_waits,
)
