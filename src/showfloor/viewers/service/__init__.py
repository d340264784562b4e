"""Use cases of `viewers`, one file a noun: signing in, sessions."""

from showfloor.viewers.service.opening import find_by_address
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
    "Way",
    "ask_sign_in",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "enter",
    "find_by_address",
    "find_letter",
    "find_session",
    "forget_old_sessions",
    "forget_old_sign_ins",
    "list_sessions",
    "lock_viewer",
    "sign_out",
    "viewer_of_session",
]
