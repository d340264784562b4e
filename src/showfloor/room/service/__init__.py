"""Use cases of `room`, one file a noun: access, messages, moderation, keeping."""

from showfloor.room.service.keeping import erase, forget_old
from showfloor.room.service.messages import Guest, get_message, list_messages, send_message
from showfloor.room.service.moderation import delete_message, list_actions, restore_message

__all__ = [
    "Guest",
    "delete_message",
    "erase",
    "forget_old",
    "get_message",
    "list_actions",
    "list_messages",
    "restore_message",
    "send_message",
]
