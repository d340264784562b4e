"""A mail about a show in words."""

from __future__ import annotations

from functools import partial

from showfloor.kit import messages
from showfloor.merchants.types import Creator
from showfloor.notices.types import Letter, Mail
from showfloor.notices.views.letters import moment
from showfloor.notices.views.office import Office, write_letter
from showfloor.shows.types import Show
from showfloor.viewers.types import Reminder


def reminder_letter(
    mail: Mail, reminder: Reminder, show: Show, host: Creator, office: Office
) -> Letter:
    """About a show that starts soon, or is on the air by now."""
    lang = reminder.language
    t = partial(messages.translate, lang)
    title = show.title.get(lang) or next(iter(show.title.values()))
    names = {"title": title, "host": host.name[lang]}
    if show.state.on_air or show.starts_at is None:
        subject, lead = t("mail.reminder.live", **names), t("mail.reminder.live_lead", **names)
    else:
        at = moment(lang, show.market, show.starts_at)
        subject = t("mail.reminder.soon", **names)
        lead = t("mail.reminder.soon_lead", moment=at, **names)
    stop = f"{office.base_url}/account?lang={lang}#stop={reminder.token}"
    given = {
        "lead": lead,
        "url": f"{office.base_url}/s/{show.slug}?lang={lang}",
        "host": names["host"],
        "stop": stop if reminder.follows else "",
    }
    return write_letter(
        mail,
        office,
        "reminder",
        to=reminder.email,
        lang=lang,
        subject=subject,
        given=given,
        # A show that was put off has a second mail, which is no copy of the first.
        about=f"{mail.about.hex}.{mail.made_at.timestamp():.0f}",
        unsubscribe=f"{office.base_url}/api/v1/viewer/unsubscribe/{reminder.token}",
    )
