"""Browsers that are signed in."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.errors import NotAuthenticated, SessionNotFound
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.viewers import queries
from showfloor.viewers.service.opening import open_viewer
from showfloor.viewers.types import Viewer, ViewerSession


async def viewer_of_session(session: Session, *, secret: str, token: str) -> Viewer | None:
    found = await queries.viewer_of_session(session, ids.digest(token), clock.now())
    return open_viewer(secret, *found) if found else None


async def lock_viewer(session: Session, *, viewer: Viewer) -> None:
    """One at a time for what a viewer may have only once. Raises NotAuthenticated when the account
    was erased meanwhile.
    """
    if not await queries.lock_viewer(session, viewer.id):
        raise NotAuthenticated


async def list_sessions(session: Session, *, viewer: Viewer) -> list[ViewerSession]:
    """Newest first."""
    return await queries.sessions_of(session, viewer.id, clock.now())


async def find_session(session: Session, *, token: str) -> UUID | None:
    """Which of the listed sessions belongs to this token."""
    return await queries.session_id(session, ids.digest(token), clock.now())


async def sign_out(session: Session, *, token: str) -> None:
    """The token means nothing from here on."""
    await queries.remove_session(session, ids.digest(token))


async def end_session(session: Session, *, viewer: Viewer, session_id: UUID) -> None:
    """Sign one browser of this viewer out. Raises SessionNotFound, also for somebody else's."""
    if not await queries.remove_own_session(session, viewer.id, session_id):
        raise SessionNotFound


async def end_other_sessions(session: Session, *, viewer: Viewer, token: str) -> int:
    """All but the one of `token`; how many."""
    return await queries.remove_sessions_of(session, viewer.id, ids.digest(token))


async def end_sessions(session: Session, *, viewer: Viewer) -> None:
    """Sign every browser of this viewer out."""
    await queries.remove_sessions_of(session, viewer.id)


async def forget_old_sessions(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_sessions_before(session, clock.now())
