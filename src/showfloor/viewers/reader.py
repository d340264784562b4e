"""What `viewers` knows of a viewer, for the viewer."""

from __future__ import annotations

from showfloor.kit import clock, sealing
from showfloor.kit.db import Session
from showfloor.privacy.types import Reader, Row, Subject
from showfloor.viewers import queries


async def _account(session: Session, subject: Subject, key: str) -> list[Row]:
    found = await queries.viewer_by_id(session, subject.viewer_id) if subject.viewer_id else None
    if found is None:
        return []
    viewer, _ = found
    return [
        {
            "email": sealing.unseal(key, viewer.email, owner=viewer.id.bytes),
            "language": viewer.language,
            "age_band": viewer.band.value,
            "declared_at": clock.rfc3339(viewer.declared_at),
            "created_at": clock.rfc3339(viewer.created_at),
        }
    ]


async def _sessions(session: Session, subject: Subject, _key: str) -> list[Row]:
    if subject.viewer_id is None:
        return []
    return [
        {
            "browser": each.browser,
            "created_at": clock.rfc3339(each.created_at),
            "expires_at": clock.rfc3339(each.expires_at),
        }
        for each in await queries.sessions_of(session, subject.viewer_id, clock.now())
    ]


ACCOUNT, SESSIONS = Reader("account", _account), Reader("sessions", _sessions)
