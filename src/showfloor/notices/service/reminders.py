"""Mails about shows, to viewers who want them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.merchants import service as merchants
from showfloor.notices import queries
from showfloor.notices.service.news import MAILS
from showfloor.notices.types import Letter, Mail
from showfloor.notices.views import Office, reminder_letter
from showfloor.shows import service as shows
from showfloor.shows.types import Show
from showfloor.viewers import service as viewers


async def remind_of_upcoming(session: Session) -> None:
    """Of the shows that start soon, each viewer who wants it once. Of one that is late they are
    reminded when it goes on the air.
    """
    for show in await shows.list_starting(session, viewers.REMIND_BEFORE):
        await remind_of(session, show_id=show.id)


async def remind_of(session: Session, *, show_id: UUID) -> None:
    """A mail to each viewer who wants one and had none; nothing where the show is gone."""
    for show in (await shows.get_shows(session, [show_id])).values():
        if reminders := await viewers.take_reminders(session, show):
            await queries.add_reminders(session, reminders, clock.now())
            wake(session, MAILS)


async def write_reminder(session: Session, mail: Mail, office: Office) -> Letter | None:
    """None where nobody wants it any more, the show was cancelled or is over, or does not start
    soon any more: of that one another mail is noted when the time has come.
    """
    secret = office.secret.decode()
    found = await viewers.find_reminder(session, secret=secret, reminder_id=mail.about)
    if found is None:
        return None
    show = (await shows.get_shows(session, [found.show_id])).get(found.show_id)
    if show is None or show.state.over:
        return None
    if not show.state.on_air and not _is_soon(show):
        await viewers.give_back_reminder(session, mail.about)
        return None
    host = await merchants.get_creator(session, show.host_creator_id)
    return reminder_letter(mail, found, show, host, office)


def _is_soon(show: Show) -> bool:
    left = show.starts_at - clock.now() if show.starts_at else None
    return left is not None and timedelta() <= left <= viewers.REMIND_BEFORE
