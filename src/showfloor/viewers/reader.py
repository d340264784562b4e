"""What `viewers` knows of a viewer, for the viewer."""

from __future__ import annotations

from dataclasses import asdict

from showfloor.kit import clock, sealing
from showfloor.kit.db import Session
from showfloor.kit.messages import in_each_language
from showfloor.merchants import service as merchants
from showfloor.privacy.types import Reader, Row, Subject
from showfloor.shows import service as shows
from showfloor.viewers import queries
from showfloor.viewers.service.addresses import open_place


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


async def _reminders(session: Session, subject: Subject, _key: str) -> list[Row]:
    """Hosts, then shows; also those whose mail went out."""
    if subject.viewer_id is None:
        return []
    hosts = await queries.followed(session, subject.viewer_id)
    asked = await queries.reminders_of(session, subject.viewer_id)
    creators = await merchants.get_creators(session, [host for host, _ in hosts])
    found = await shows.get_shows(session, [show for show, _ in asked])
    named = [
        *((creators[host].name, since) for host, since in hosts if host in creators),
        *((found[show].title, at) for show, at in asked if show in found),
    ]
    return [
        {"reminded_of": " / ".join(in_each_language(words)), "since_at": clock.rfc3339(at)}
        for words, at in named
    ]


async def _addresses(session: Session, subject: Subject, key: str) -> list[Row]:
    if subject.viewer_id is None:
        return []
    return [
        {
            **asdict(open_place(key, row.id, row.sealed)),
            "used_at": clock.rfc3339(row.used_at),
        }
        for row in await queries.addresses(session, subject.viewer_id)
    ]


ACCOUNT, SESSIONS = Reader("account", _account), Reader("sessions", _sessions)
ADDRESSES = Reader("addresses", _addresses)
REMINDERS = Reader("reminders", _reminders)
