"""Messages as wire models."""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.room.schemas import MessageOut, MessagesOut, SentOut
from showfloor.room.types import Message, Sent


def message_view(message: Message) -> MessageOut:
    return MessageOut.model_validate(message, from_attributes=True)


def messages_view(messages: Sequence[Message]) -> MessagesOut:
    return MessagesOut(items=[message_view(message) for message in messages])


def sent_view(sent: Sent) -> SentOut:
    return SentOut(**message_view(sent.message).model_dump(), token=sent.token)
