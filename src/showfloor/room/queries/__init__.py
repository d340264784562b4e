"""All SQL of `room`: who writes (authors) and may not (mutes), what is said (messages) or waits for
a moderator (held), what the team set and did (chat_settings, moderation_log), hearts, erasing; what
people ask (questions), which is imported by its name.
"""

from showfloor.room.queries.authors import (
    add_guest,
    author,
    author_of_person,
    authors_of_viewer,
    delete_authors,
    forget_networks,
    guest,
    lock_writer,
    note_purchase,
    set_limited,
    shows_of_account,
)
from showfloor.room.queries.chat_settings import (
    locked_settings,
    set_settings,
    settings,
)
from showfloor.room.queries.erasing import (
    remove_of_account,
    remove_of_guest,
)
from showfloor.room.queries.hearts import (
    add_hearts,
)
from showfloor.room.queries.held import (
    count_held,
    held_messages,
    refuse_held_of,
)
from showfloor.room.queries.messages import (
    add_message,
    delete_messages,
    message,
    messages_by_id,
    newest_messages,
    renew_cut,
    said_by_viewer,
    said_lately_by_author,
    said_lately_by_viewer,
    set_state,
    shown_message,
)
from showfloor.room.queries.moderation_log import (
    actions,
    add_action,
    delete_actions,
)
from showfloor.room.queries.mutes import (
    account_mutes,
    delete_account_mutes,
    is_muted_near,
    mute,
    mute_account,
    muted_by_account,
    muted_until,
    unmute,
    unmute_account,
)

__all__ = [
    "account_mutes",
    "actions",
    "add_action",
    "add_guest",
    "add_hearts",
    "add_message",
    "author",
    "author_of_person",
    "authors_of_viewer",
    "count_held",
    "delete_account_mutes",
    "delete_actions",
    "delete_authors",
    "delete_messages",
    "forget_networks",
    "guest",
    "held_messages",
    "is_muted_near",
    "lock_writer",
    "locked_settings",
    "message",
    "messages_by_id",
    "mute",
    "mute_account",
    "muted_by_account",
    "muted_until",
    "newest_messages",
    "note_purchase",
    "refuse_held_of",
    "remove_of_account",
    "remove_of_guest",
    "renew_cut",
    "said_by_viewer",
    "said_lately_by_author",
    "said_lately_by_viewer",
    "set_limited",
    "set_settings",
    "set_state",
    "settings",
    "shown_message",
    "shows_of_account",
    "unmute",
    "unmute_account",
]
