"""How a person disappears from `room`."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.privacy.types import Eraser, Subject
from showfloor.room import service


async def _erase(session: Session, subject: Subject) -> int:
    return await service.erase(session, subject.email)


ERASER = Eraser(
    "room",
    _erase,
    "empty rows in the place of messages that others answered to; what was said as a guest has no "
    "address, so nobody knows whose it is: it goes after a year",
    of_viewers=False,
)
