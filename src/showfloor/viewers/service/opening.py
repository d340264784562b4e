"""What is encrypted for a viewer, opened; and a session begun."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.types import AccountAge
from showfloor.kit import clock, ids, sealing
from showfloor.kit.db import Session
from showfloor.markets.types import Band
from showfloor.viewers import queries, rules
from showfloor.viewers.types import Entered, NewViewer, Viewer, ViewerSession


def new_key(secret: str, viewer_id: UUID) -> tuple[str, bytes]:
    """A key for one viewer, and how it is stored."""
    key = ids.secret(32)
    return key, sealing.seal(secret, key, owner=_owner_of_key(viewer_id))


def open_viewer(secret: str, stored: NewViewer, sealed_key: bytes) -> Viewer:
    key = sealing.unseal(secret, sealed_key, owner=_owner_of_key(stored.id))
    return Viewer(
        id=stored.id,
        email=sealing.unseal(key, stored.email, owner=stored.id.bytes),
        language=stored.language,
        age=_age_of(stored),
        created_at=stored.created_at,
        key=key,
    )


def _age_of(stored: NewViewer) -> AccountAge:
    """Whatever was said, of a limited account nobody knows better than the youngest band."""
    if stored.limited_at is not None:
        return AccountAge(Band.U13, stored.limited_at, is_limited=True)
    return AccountAge(stored.band, stored.declared_at)


async def find_by_address(session: Session, *, secret: str, email: str) -> Viewer | None:
    """`email` in lower case."""
    found = await queries.viewer_of_lookup(session, rules.lookup_of(secret, email))
    return open_viewer(secret, *found) if found else None


async def may_be_written_to(session: Session, viewer_id: UUID) -> bool:
    """Whether there is such an account, and nobody doubts the age of its owner."""
    found = await queries.viewer_by_id(session, viewer_id)
    return found is not None and rules.may_be_reminded(_age_of(found[0]))


async def find_reader(session: Session, *, secret: str, viewer_id: UUID) -> Viewer | None:
    """Who a mail is written to; None as in `may_be_written_to`."""
    found = await queries.viewer_by_id(session, viewer_id)
    viewer = open_viewer(secret, *found) if found else None
    return viewer if viewer is not None and rules.may_be_reminded(viewer.age) else None


async def begin_session(
    session: Session, viewer: Viewer, *, browser: str, replaces: str | None
) -> Entered:
    """The session of the token `replaces` ends."""
    token, now = ids.secret(), clock.now()
    if replaces is not None:
        await queries.remove_session(session, ids.digest(replaces))
    new = ViewerSession(ids.new(), browser, now, now + rules.SESSION_LASTS)
    await queries.add_session(session, ids.digest(token), viewer.id, new)
    return Entered(viewer, token, rules.csrf_of(token), new.expires_at)


def _owner_of_key(viewer_id: UUID) -> bytes:
    return b"viewer key:" + viewer_id.bytes
