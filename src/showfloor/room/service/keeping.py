"""How long is kept what people said, and how they disappear."""

from __future__ import annotations

from showfloor.identity import service as identity
from showfloor.identity.errors import PersonNotFound
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.retention import kept_for
from showfloor.room import queries

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
    return gone + await queries.delete_authors(session, now - KEPT_FOR)


async def erase(session: Session, email: str) -> int:
    """What the person said is gone, also from open screens; how many rows changed."""
    try:
        person = await identity.find_person(session, email=email)
    except PersonNotFound:
        return 0
    return await queries.remove_of_person(session, person.id, f"erased-{ids.new().hex}")
