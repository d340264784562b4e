"""How a buyer disappears from `orders`."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.orders import queries
from showfloor.privacy.types import Eraser, Subject


async def _erase(session: Session, subject: Subject) -> int:
    return await queries.erase_buyer(session, subject)


async def _waits(session: Session, subject: Subject) -> int:
    """Orders that are still to be sent: without an address they would never arrive."""
    return await queries.count_unsent(session, subject)


ERASER = Eraser(
    "orders",
    _erase,
    "what was sold, for how much and to which country, because the books must keep it",
    waits=_waits,
)
