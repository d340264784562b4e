"""Mails about shows, to viewers who want them."""

from __future__ import annotations

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
from showfloor.viewers import service as viewers


async def remind_of_upcoming(session: Session) -> None:
    """Of the shows that start soon, each viewer who wants it once."""
    soon = clock.now() + viewers.REMIND_BEFORE
    for show in await shows.list_upcoming(session):
        if show.starts_at is not None and show.starts_at <= soon:
            await remind_of(session, show_id=show.id)


async def remind_of(session: Session, *, show_id: UUID) -> None:
    """A mail to each viewer who wants one and had none; nothing where the show is gone."""
    for show in (await shows.get_shows(session, [show_id])).values():
        if reminders := await viewers.take_reminders(session, show):
            await queries.add_reminders(session, reminders, clock.now())
            wake(session, MAILS)


async def write_reminder(session: Session, mail: Mail, office: Office) -> Letter | None:
    """None where nobody wants it any more, or the show was cancelled or is over."""
    secret = office.secret.decode()
    found = await viewers.find_reminder(session, secret=secret, reminder_id=mail.about)
    if found is None:
        return None
    show = (await shows.get_shows(session, [found.show_id])).get(found.show_id)
    if show is None or show.state.over:
        return None
    host = await merchants.get_creator(session, show.host_creator_id)
    return reminder_letter(mail, found, show, host, office)
