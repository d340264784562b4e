"""Use cases of `room`, one file a noun: access, hearts, messages, moderation, moderators,
keeping.
"""

from showfloor.room.service.hearts import takes_hearts
from showfloor.room.service.keeping import (
    erase,
    forget_old,
    said_by_viewer,
    standing_of_viewer,
)
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
from showfloor.room.service.moderators import (
    get_moderators,
    invite_moderator,
    remove_moderator,
    withdraw_moderator,
)

__all__ = [
    "Guest",
    "change_settings",
    "delete_message",
    "erase",
    "follow_cut",
    "forget_old",
    "get_message",
    "get_moderators",
    "invite_moderator",
    "list_actions",
    "list_messages",
    "mute",
    "pin_message",
    "remove_moderator",
    "restore_message",
    "said_by_viewer",
    "send_message",
    "standing_of_viewer",
    "takes_hearts",
    "unmute",
    "unpin_message",
    "withdraw_moderator",
]
