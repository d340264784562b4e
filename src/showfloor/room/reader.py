"""What `room` knows of a viewer, for the viewer."""

from __future__ import annotations

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.privacy.types import Reader, Row, Subject
from showfloor.room import service


async def _read(session: Session, subject: Subject, _key: str) -> list[Row]:
    """What was said while signed in; as a guest nobody knows whose it is."""
    if subject.viewer_id is None:
        return []
    return [
        {"said_at": clock.rfc3339(each.at), "name": each.name, "text": each.text}
        for each in await service.said_by_viewer(session, subject.viewer_id)
    ]


READER = Reader("chat", _read)
