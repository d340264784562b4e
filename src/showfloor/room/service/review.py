"""What waits for a moderator, and what they decide."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.room import queries
from showfloor.room.errors import MessageDecided
from showfloor.room.service.access import get_moderated_show
from showfloor.room.service.moderation import lock_moderated, log_action
from showfloor.room.types import ActionKind, MessageState, Queue

MOST_HELD = 100
"""Messages of one look at the queue."""


async def list_held(session: Session, *, person: Person, show_id: UUID) -> Queue:
    """Raises ShowNotFound."""
    show = await get_moderated_show(session, person=person, show_id=show_id)
    found = await queries.held_messages(session, show.id, MOST_HELD)
    if len(found) < MOST_HELD:
        return Queue(found, len(found))
    return Queue(found, await queries.count_held(session, show.id))


async def approve_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> None:
    """Everybody sees it, at the moment of the show at which it was said. Of two moderators who
    approve it at once one did. Raises MessageNotFound, MessageDecided.
    """
    await _decide(session, person, message_id, MessageState.SHOWN, ActionKind.APPROVE, reason)


async def refuse_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> None:
    """Nobody sees it; restoring it shows it after all. Raises MessageNotFound, MessageDecided."""
    await _decide(session, person, message_id, MessageState.DELETED, ActionKind.REFUSE, reason)


async def _decide(
    session: Session,
    person: Person,
    message_id: UUID,
    state: MessageState,
    kind: ActionKind,
    reason: str,
) -> None:
    message, show = await lock_moderated(session, person, message_id)
    if message.state is state:
        return
    if message.state is not MessageState.HELD:
        raise MessageDecided
    await queries.set_state(session, message_id, state)
    await log_action(session, person, show, kind, reason, message_id)
