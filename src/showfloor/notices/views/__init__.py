"""Mails in words, and who gets them on the wire."""

from showfloor.notices.views.choices import choice_view
from showfloor.notices.views.letters import (
    deadline,
    invitation_letter,
    letter_of,
    limited_letter,
    moment,
    sign_in_letter,
)
from showfloor.notices.views.news import news_letter
from showfloor.notices.views.office import TEMPLATES, Office
from showfloor.notices.views.reminders import reminder_letter
from showfloor.notices.views.waits import offer_letter

__all__ = [
    "TEMPLATES",
    "Office",
    "choice_view",
    "deadline",
    "invitation_letter",
    "letter_of",
    "limited_letter",
    "moment",
    "news_letter",
    "offer_letter",
    "reminder_letter",
    "sign_in_letter",
]
