"""How somebody who asked for something disappears from the register."""

from __future__ import annotations

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.privacy import queries
from showfloor.privacy.queries import cases
from showfloor.privacy.types import Eraser, Subject


async def _erase(session: Session, subject: Subject) -> int:
    if subject.viewer_id is None:
        return 0
    forgotten = await cases.forget_person(session, subject.viewer_id)
    return forgotten + await queries.forget_asker(session, subject.viewer_id, clock.now())


# Not a step of an erasure that somebody asked for: that needs to know whose it is until its end,
# which forgets it (`service.carry_out_erasures`).
ERASER = Eraser(
    "privacy", _erase, "what was asked for and when, without a person", of_viewers=False
)
