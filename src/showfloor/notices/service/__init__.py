"""Use cases of `notices`: mails that are sent, the news of merchants in some of them, and shows
of which others remind.
"""

from showfloor.notices.service.news import (
    choose_mails,
    get_choice,
    note_news,
)
from showfloor.notices.service.reminders import remind_of, remind_of_upcoming
from showfloor.notices.service.sending import (
    KEPT_FOR,
    MAILS,
    Parked,
    forget_old,
    list_parked,
    note_mail,
    retry_parked,
    send_due,
)

__all__ = [
    "KEPT_FOR",
    "MAILS",
    "Parked",
    "choose_mails",
    "forget_old",
    "get_choice",
    "list_parked",
    "note_mail",
    "note_news",
    "remind_of",
    "remind_of_upcoming",
    "retry_parked",
    "send_due",
]
