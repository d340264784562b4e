"""For what a viewer waits in line, for the viewer."""

from __future__ import annotations

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.messages import in_each_language
from showfloor.offers import service
from showfloor.privacy.types import Reader, Row, Subject


async def _waits(session: Session, subject: Subject, _key: str) -> list[Row]:
    if subject.viewer_id is None:
        return []
    return [
        {
            "product": " / ".join(in_each_language(each.product)),
            "sku": each.sku,
            "wait_state": each.place.state.value,
            "since_at": clock.rfc3339(each.place.joined_at),
        }
        for each in await service.list_waits(session, subject.viewer_id)
    ]


READER = Reader("waits", _waits)
