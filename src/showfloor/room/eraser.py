"""How a person disappears from `room`."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.privacy.types import Eraser, Subject
from showfloor.room import service


async def _erase(session: Session, subject: Subject) -> int:
    return await service.erase(session, subject.email, subject.viewer_id)


ERASER = Eraser(
    "room",
    _erase,
    "empty rows in the place of messages that others answered to; what was said without an account "
    "has no address, so nobody knows whose it is: it goes after a year",
)
