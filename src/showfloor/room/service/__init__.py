"""Use cases of `room`, one file a noun: access, messages, moderation, keeping."""

from showfloor.room.service.keeping import erase, forget_old
from showfloor.room.service.messages import (
    Guest,
    follow_cut,
    get_message,
    list_messages,
    send_message,
)
from showfloor.room.service.moderation import (
    change_settings,
    delete_message,
    list_actions,
    mute,
    pin_message,
    restore_message,
    unmute,
    unpin_message,
)

__all__ = [
    "Guest",
    "change_settings",
    "delete_message",
    "erase",
    "follow_cut",
    "forget_old",
    "get_message",
    "list_actions",
    "list_messages",
    "mute",
    "pin_message",
    "restore_message",
    "send_message",
    "unmute",
    "unpin_message",
]
