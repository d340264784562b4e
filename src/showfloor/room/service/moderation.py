"""The show's team takes what was said off all screens, and puts it back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.room import queries
from showfloor.room.errors import MessageNotFound
from showfloor.room.service.access import may_moderate
from showfloor.room.types import Action, ActionKind, Message, MessageState
from showfloor.shows import service as shows

MOST_ACTIONS = 200


async def delete_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> Message:
    """The message leaves all screens and the replay. Of two moderators who delete it at once one
    did. Raises MessageNotFound, also for who does not run the show.
    """
    return await _change(
        session, person, message_id, MessageState.DELETED, ActionKind.DELETE, reason
    )


async def restore_message(
    session: Session, *, person: Person, message_id: UUID, reason: str = ""
) -> Message:
    """It is shown again, in its place. Raises MessageNotFound."""
    return await _change(
        session, person, message_id, MessageState.SHOWN, ActionKind.RESTORE, reason
    )


async def list_actions(session: Session, *, person: Person, show_id: UUID) -> list[Action]:
    """What was done in this show, the newest first. Raises ShowNotFound."""
    await shows.get_own_show(session, person=person, show_id=show_id)
    return await queries.actions(session, show_id, MOST_ACTIONS)


async def _change(
    session: Session,
    person: Person,
    message_id: UUID,
    state: MessageState,
    kind: ActionKind,
    reason: str,
) -> Message:
    message = await queries.message(session, message_id, lock=True)
    # An erased person's message has no words left to show.
    if message is None or not message.text:
        raise MessageNotFound
    show = await shows.get_show(session, message.show_id)
    if not await may_moderate(session, person, show):
        raise MessageNotFound
    if message.state is state:
        return message
    await queries.set_state(session, message_id, state)
    action = Action(ids.new(), show.id, message_id, person.id, kind, reason, clock.now())
    await queries.add_action(session, action)
    return replace(message, state=state)
