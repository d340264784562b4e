"""How a person disappears from `identity`."""

from __future__ import annotations

from showfloor.identity import queries
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.privacy.types import Eraser, Subject


async def _erase(session: Session, subject: Subject) -> int:
    return await queries.erase_person(session, subject.email, f"erased-{ids.new().hex}")


ERASER = Eraser(
    "identity",
    _erase,
    "an empty row with a random pseudonym, because shows and orders point at it",
    of_viewers=False,
)
