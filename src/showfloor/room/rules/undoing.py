"""What takes an action of the team back, as long as that changes something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from showfloor.room.types import Action, ActionKind, ChatSettings, Message, MessageState

_UNDO = {
    ActionKind.DELETE: ActionKind.RESTORE,
    ActionKind.MUTE: ActionKind.UNMUTE,
    ActionKind.PIN: ActionKind.UNPIN,
    ActionKind.APPROVE: ActionKind.DELETE,
    ActionKind.REFUSE: ActionKind.RESTORE,
    ActionKind.PAUSE: ActionKind.RESUME,
    ActionKind.RESUME: ActionKind.PAUSE,
}


def undo_of_each(
    actions: Sequence[Action],
    messages: Mapping[UUID, Message],
    muted: Mapping[UUID, datetime],
    settings: ChatSettings,
    now: datetime,
    *,
    of_team: bool,
) -> list[ActionKind | None]:
    """For each of these actions, the newest first; `muted` says until when, by author. Of several
    that one undo would take back the newest has it. Without `of_team` nothing is offered about the
    messages of the host and the merchants.
    """
    found: list[ActionKind | None] = []
    taken: set[tuple[ActionKind, UUID]] = set()
    for action in actions:
        message = messages.get(action.message_id) if action.message_id else None
        undo = _UNDO.get(action.kind)
        if undo in (ActionKind.PAUSE, ActionKind.RESUME):
            holds = settings.closed is (undo is ActionKind.RESUME)
            whole = undo, action.show_id
            found.append(undo if holds and whole not in taken else None)
            taken.add(whole)
            continue
        if undo is None or message is None or not message.text:
            found.append(None)
            continue
        holds = {
            ActionKind.RESTORE: message.state is MessageState.DELETED,
            ActionKind.UNMUTE: muted.get(message.author_id, now) > now,
            ActionKind.UNPIN: message.id == settings.pinned_id,
            ActionKind.DELETE: message.state is MessageState.SHOWN,
        }[undo]
        holds = holds and (of_team or not message.role.sells)
        about = undo, message.author_id if undo is ActionKind.UNMUTE else message.id
        found.append(undo if holds and about not in taken else None)
        taken.add(about)
    return found
