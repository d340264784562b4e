"""How long is kept what people said, and how they disappear."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import PersonNotFound
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.retention import kept_for
from showfloor.merchants import service as merchants
from showfloor.room import queries
from showfloor.room.queries import questions, reports
from showfloor.room.types import Asking, Message, Standing
from showfloor.shows import service as shows

KEPT_FOR = kept_for("chat")
"""As long as a recording may be kept, at most: a replay shows what was said."""
NETWORK_KEPT_FOR = kept_for("chat_network")
"""Longer than a show with its quarrels lasts."""


async def forget_old(session: Session) -> int:
    """A batch; how many rows went."""
    now = clock.now()
    await queries.forget_networks(session, now - NETWORK_KEPT_FOR)
    await reports.forget_networks(session, now - NETWORK_KEPT_FOR)
    gone = await queries.delete_messages(session, now - KEPT_FOR)
    gone += await questions.delete_old(session, now - KEPT_FOR)
    gone += await queries.delete_actions(session, now - KEPT_FOR)
    gone += await reports.delete_old(session, now - KEPT_FOR)
    gone += await queries.delete_account_mutes(session, now)
    return gone + await queries.delete_authors(session, now - KEPT_FOR)


async def erase(session: Session, email: str, viewer_id: UUID | None = None) -> int:
    """What was said and asked with the account is gone, also from open screens; how many rows
    changed. The account is the viewer's, or without one that of the person of a team who has the
    address: what they do there is no part of their account as a viewer.
    """
    account_id = viewer_id
    if account_id is None:
        try:
            account_id = (await identity.find_person(session, email=email)).id
        except PersonNotFound:
            return 0
    return await queries.remove_of_account(session, account_id, f"erased-{ids.new().hex}")


async def standing_of_viewer(session: Session, viewer_id: UUID) -> list[Standing]:
    """Where the account may write, or has shown that it bought: shows first, then hosts of whom it
    may write in no show. What nobody decided is left out.
    """
    authors = await queries.authors_of_viewer(session, viewer_id)
    noted = [each for each in authors if each.muted_until is not None or each.has_bought]
    names = await shows.get_shows(session, {each.show_id for each in noted})
    mutes = await queries.account_mutes(session, viewer_id)
    hosts = await merchants.get_creators(session, mutes)
    return [
        *(
            Standing(names[each.show_id].title, each.muted_until, each.has_bought)
            for each in noted
            if each.show_id in names
        ),
        *(Standing(hosts[who].name, until) for who, until in mutes.items() if who in hosts),
    ]


async def asked_by_viewer(session: Session, viewer_id: UUID) -> list[Asking]:
    """With the account, the oldest first; also what the team dismissed."""
    return await questions.asked_by_viewer(session, viewer_id)


async def said_by_viewer(session: Session, viewer_id: UUID) -> list[Message]:
    """With the account, the oldest first; also what the team deleted."""
    return await queries.said_by_viewer(session, viewer_id)
