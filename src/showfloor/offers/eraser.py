"""How somebody disappears from waiting lists: they leave every line, what is held for them is the
next one's, and nothing leads from the log to them any more. A piece that is being paid for stays
theirs until the payment is over.
"""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.offers import service
from showfloor.privacy.types import Eraser, Subject


async def _erase(session: Session, subject: Subject) -> int:
    if subject.viewer_id is None:
        return 0
    return await service.erase_waits(session, subject.viewer_id)


async def _waits(session: Session, subject: Subject) -> int:
    """Payments under way: without the goods they would be given back."""
    if subject.viewer_id is None:
        return 0
    return await service.count_paying_waits(session, subject.viewer_id)


ERASER = Eraser("offers", _erase, "", waits=_waits)
