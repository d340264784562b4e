"""How long is kept what people said, and how they disappear."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import PersonNotFound
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.retention import kept_for
from showfloor.room import queries
from showfloor.room.types import Message

KEPT_FOR = kept_for("chat")
"""As long as a recording may be kept, at most: a replay shows what was said."""
NETWORK_KEPT_FOR = kept_for("chat_network")
"""Longer than a show with its quarrels lasts."""


async def forget_old(session: Session) -> int:
    """A batch; how many rows went."""
    now = clock.now()
    await queries.forget_networks(session, now - NETWORK_KEPT_FOR)
    gone = await queries.delete_messages(session, now - KEPT_FOR)
    gone += await queries.delete_actions(session, now - KEPT_FOR)
    gone += await queries.delete_account_mutes(session, now)
    return gone + await queries.delete_authors(session, now - KEPT_FOR)


async def erase(session: Session, email: str, viewer_id: UUID | None = None) -> int:
    """What was said with the account is gone, also from open screens; how many rows changed. The
    account is the viewer's, or without one that of the person of a team who has the address: what
    they do there is no part of their account as a viewer.
    """
    account_id = viewer_id
    if account_id is None:
        try:
            account_id = (await identity.find_person(session, email=email)).id
        except PersonNotFound:
            return 0
    return await queries.remove_of_account(session, account_id, f"erased-{ids.new().hex}")


async def said_by_viewer(session: Session, viewer_id: UUID) -> list[Message]:
    """With the account, the oldest first; also what the team deleted."""
    return await queries.said_by_viewer(session, viewer_id)
