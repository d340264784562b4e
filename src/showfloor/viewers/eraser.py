"""How a viewer's account disappears."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.privacy.types import Eraser, Subject
from showfloor.viewers import queries


async def _erase(session: Session, subject: Subject) -> int:
    if subject.viewer_id is None:
        return 0
    return await queries.erase_viewer(session, subject.viewer_id)


ERASER = Eraser("viewers", _erase, "")
