"""Who writes in a chat and may be a child (`privacy`, suspicions)."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.privacy import service as privacy
from showfloor.privacy.types.cases import About, Source, Suspicion
from showfloor.privacy.types.evidence import Actor
from showfloor.room import queries
from showfloor.room.service.moderation import get_moderated
from showfloor.room.types import Author, Message

LATELY = 20
"""Messages that an operator reads."""


async def limit_guest(session: Session, author_id: UUID) -> bool:
    """From their next message on. False when there is no such guest."""
    return await queries.set_limited(session, author_id, clock.now())


async def lift_guest(session: Session, author_id: UUID) -> None:
    await queries.set_limited(session, author_id, None)


async def purge_guest(session: Session, author_id: UUID, _secret: str) -> int:
    """What they said and asked is gone, also from open screens, and their token with it."""
    return await queries.remove_of_guest(session, author_id, f"erased-{ids.new().hex}")


async def contact_guest(_session: Session, _author_id: UUID, _secret: str) -> None:
    """Of a guest nobody knows an address."""


async def said_lately(session: Session, about: About, subject_id: UUID) -> list[str]:
    """For whoever decides: the newest messages, also those that the team deleted."""
    if about is About.GUEST:
        return await queries.said_lately_by_author(session, subject_id, LATELY)
    if about is About.ACCOUNT:
        return await queries.said_lately_by_viewer(session, subject_id, LATELY)
    return []


async def suspect_writer(session: Session, *, person: Person, message_id: UUID) -> None:
    """A moderator says that whoever wrote this message may be a child. Raises MessageNotFound, also
    for who moderates another show; Forbidden.
    """
    # Not locked: who erases holds the case before the messages.
    message, _show = await get_moderated(session, person, message_id)
    await _suspect(session, message, Source.STUDIO, Actor.TEAM)


async def suspect_by_visitor(session: Session, message: Message) -> None:
    """The same by somebody who watches."""
    await _suspect(session, message, Source.CHAT, Actor.VISITOR)


async def _suspect(session: Session, message: Message, source: Source, by: Actor) -> None:
    author = await queries.author(session, message.author_id)
    if author is not None and (who := _who(author)) is not None:
        await privacy.report_suspicion(session, Suspicion(*who, source, by))


def _who(author: Author) -> tuple[About, UUID] | None:
    """None for people of teams: their operator invited them and knows who they are."""
    if author.person_id is not None:
        return None
    if author.viewer_id is not None:
        return About.ACCOUNT, author.viewer_id
    return About.GUEST, author.id
