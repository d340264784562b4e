"""All SQL of `notices`, one file a noun: mails, news of merchants."""

from showfloor.notices.queries.mails import (
    add_mail,
    add_reminders,
    claim_mail,
    list_parked,
    next_due,
    note_attempt,
    remove_before,
    retry_parked,
)
from showfloor.notices.queries.news import (
    add_letters,
    add_news,
    choices_of,
    find_letter,
    gather_news,
    list_news,
    lock_mailing,
    next_mailing,
    open_mailing,
    remove_letters_before,
    remove_news_before,
    set_choice,
)

__all__ = [
    "add_letters",
    "add_mail",
    "add_news",
    "add_reminders",
    "choices_of",
    "claim_mail",
    "find_letter",
    "gather_news",
    "list_news",
    "list_parked",
    "lock_mailing",
    "next_due",
    "next_mailing",
    "note_attempt",
    "open_mailing",
    "remove_before",
    "remove_letters_before",
    "remove_news_before",
    "retry_parked",
    "set_choice",
]
