"""Messages as wire models."""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.kit import clock, ids
from showfloor.room.schemas import (
    ActionOut,
    ActionsOut,
    MessageOut,
    MessagesOut,
    SentOut,
)
from showfloor.room.types import Action, ChatSettings, Message, Said, Sent
from showfloor.shows.schemas import RoomChat


def message_view(message: Message) -> MessageOut:
    return MessageOut.model_validate(message, from_attributes=True)


def messages_view(said: Said) -> MessagesOut:
    return MessagesOut(
        items=[message_view(message) for message in said.messages],
        pinned=message_view(said.pinned) if said.pinned else None,
    )


def sent_view(sent: Sent) -> SentOut:
    return SentOut(**message_view(sent.message).model_dump(), token=sent.token)


def actions_view(actions: Sequence[Action]) -> ActionsOut:
    return ActionsOut(
        items=[
            ActionOut(
                at=clock.rfc3339(action.at),
                kind=action.kind,
                message=ids.encode("msg", action.message_id) if action.message_id else None,
                person=ids.encode("per", action.person_id),
                reason=action.reason,
                detail=action.detail,
            )
            for action in actions
        ]
    )


def settings_view(settings: ChatSettings) -> RoomChat:
    return RoomChat.model_validate(settings, from_attributes=True)
