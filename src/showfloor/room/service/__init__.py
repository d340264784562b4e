"""Use cases of `room`, one file a noun: access, writing, hearts, messages, review, questions,
moderation, moderators, keeping.
"""

from showfloor.room.service.hearts import takes_hearts
from showfloor.room.service.keeping import (
    asked_by_viewer,
    erase,
    forget_old,
    said_by_viewer,
    standing_of_viewer,
)
from showfloor.room.service.messages import (
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
from showfloor.room.service.questions import (
    answer_question,
    ask,
    dismiss_question,
    join_question,
    list_asked,
    list_questions,
    reopen_question,
    show_of_question,
)
from showfloor.room.service.review import approve_message, list_held, refuse_message
from showfloor.room.service.writing import Guest

__all__ = [
    "Guest",
    "answer_question",
    "approve_message",
    "ask",
    "asked_by_viewer",
    "change_settings",
    "delete_message",
    "dismiss_question",
    "erase",
    "follow_cut",
    "forget_old",
    "get_message",
    "get_moderators",
    "invite_moderator",
    "join_question",
    "list_actions",
    "list_asked",
    "list_held",
    "list_messages",
    "list_questions",
    "mute",
    "pin_message",
    "refuse_message",
    "remove_moderator",
    "reopen_question",
    "restore_message",
    "said_by_viewer",
    "send_message",
    "show_of_question",
    "standing_of_viewer",
    "takes_hearts",
    "unmute",
    "unpin_message",
    "withdraw_moderator",
]
