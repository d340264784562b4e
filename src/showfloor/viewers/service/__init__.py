"""Use cases of `viewers`, one file a noun: signing in, sessions, addresses, following."""

from showfloor.viewers.service.addresses import (
    change_address,
    forget_address,
    keep_address,
    list_addresses,
)
from showfloor.viewers.service.following import (
    REMIND_BEFORE,
    ask_reminder,
    find_reminder,
    follow,
    forget_old_reminders,
    forget_reminder,
    give_back_reminder,
    is_following,
    list_wanted,
    stop,
    take_reminders,
    unfollow,
)
from showfloor.viewers.service.limits import find_limited
from showfloor.viewers.service.opening import find_by_address, find_reader, may_be_written_to
from showfloor.viewers.service.sessions import (
    end_other_sessions,
    end_session,
    end_sessions,
    find_session,
    forget_old_sessions,
    list_sessions,
    lock_viewer,
    sign_out,
    viewer_of_session,
)
from showfloor.viewers.service.sign_in import (
    Way,
    ask_sign_in,
    enter,
    find_letter,
    forget_old_sign_ins,
)

__all__ = [
    "REMIND_BEFORE",
    "Way",
    "ask_reminder",
    "ask_sign_in",
    "change_address",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "enter",
    "find_by_address",
    "find_letter",
    "find_limited",
    "find_reader",
    "find_reminder",
    "find_session",
    "follow",
    "forget_address",
    "forget_old_reminders",
    "forget_old_sessions",
    "forget_old_sign_ins",
    "forget_reminder",
    "give_back_reminder",
    "is_following",
    "keep_address",
    "list_addresses",
    "list_sessions",
    "list_wanted",
    "lock_viewer",
    "may_be_written_to",
    "sign_out",
    "stop",
    "take_reminders",
    "unfollow",
    "viewer_of_session",
]
