"""Of which shows a viewer is reminded: those of hosts whom they follow, and single ones."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.retention import kept_for
from showfloor.merchants import service as merchants
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import Show, ShowState
from showfloor.viewers import queries, rules
from showfloor.viewers.errors import ReminderNotFound, TooManyReminders
from showfloor.viewers.service.opening import open_viewer
from showfloor.viewers.types import Reminder, Viewer, Wanted

KEPT_FOR = kept_for("reminder")
REMIND_BEFORE = rules.REMIND_BEFORE


async def follow(session: Session, *, viewer: Viewer, creator_id: UUID) -> None:
    """Be reminded of each show of this host; following twice is fine. Raises CreatorNotFound,
    TooManyReminders.
    """
    await merchants.get_creator(session, creator_id)
    await queries.lock_viewer(session, viewer.id)
    if await queries.wants_already(session, viewer.id, creator_id=creator_id):
        return
    await _check_room(session, viewer)
    await queries.add_follow(session, viewer.id, creator_id, clock.now())


async def is_following(session: Session, viewer_id: UUID, creator_id: UUID) -> bool:
    return await queries.wants_already(session, viewer_id, creator_id=creator_id)


async def unfollow(session: Session, *, viewer: Viewer, creator_id: UUID) -> None:
    """No mail about this host's shows goes out any more, but for those that were asked for."""
    await queries.remove_follow(session, viewer.id, creator_id)


async def ask_reminder(session: Session, *, viewer: Viewer, show_id: UUID) -> None:
    """Be reminded of one show that is still to come; asking twice is fine. Raises ShowNotFound,
    TooManyReminders.
    """
    show = await shows.get_public_show(session, show_id)
    if show.state is not ShowState.SCHEDULED:
        raise ShowNotFound
    await queries.lock_viewer(session, viewer.id)
    if await queries.wants_already(session, viewer.id, show_id=show_id):
        return
    await _check_room(session, viewer)
    await queries.ask_reminder(session, viewer.id, show_id, clock.now())


async def forget_reminder(session: Session, *, viewer: Viewer, show_id: UUID) -> None:
    await queries.forget_reminder(session, viewer.id, show_id)


async def _check_room(session: Session, viewer: Viewer) -> None:
    """Needs the viewer's lock."""
    if await queries.count_waiting(session, viewer.id) >= rules.MOST_FOLLOWED:
        raise TooManyReminders


async def list_wanted(session: Session, viewer: Viewer) -> Wanted:
    """Hosts and shows that there are no more are left out, and so are shows that began."""
    hosts = [host for host, _ in await queries.followed(session, viewer.id)]
    asked = await queries.asked_for(session, viewer.id)
    found = await shows.get_shows(session, asked)
    coming = [found[each] for each in asked if each in found and _is_coming(found[each])]
    creators = await merchants.get_creators(
        session, {*hosts, *(show.host_creator_id for show in coming)}
    )
    following = await shows.next_shows_of(session, hosts)
    return Wanted(
        tuple((creators[host], following.get(host)) for host in hosts if host in creators),
        tuple((show, creators[show.host_creator_id]) for show in coming),
    )


def _is_coming(show: Show) -> bool:
    return show.state is ShowState.SCHEDULED


async def take_reminders(session: Session, show: Show) -> list[UUID]:
    """Whose mail about this show is to be noted now: each once however often this is asked, and
    once more of a show that was put off.
    """
    now = clock.now()
    await queries.add_reminders_of_followers(session, show.host_creator_id, show.id, now)
    return await queries.take_reminders(
        session,
        show,
        now,
        most=rules.MOST_A_DAY,
        within=timedelta(days=1),
        moved=rules.REMIND_BEFORE,
    )


async def give_back_reminder(session: Session, reminder_id: UUID) -> None:
    """Its mail came too early or too late to be sent: another may be noted."""
    await queries.give_back_reminder(session, reminder_id)


async def find_reminder(session: Session, *, secret: str, reminder_id: UUID) -> Reminder | None:
    """None where its reader is gone, or wants it no more. Of a limited account it is given back:
    another may be noted once the limit is lifted.
    """
    found = await queries.find_reminder(session, reminder_id)
    viewer = await queries.viewer_by_id(session, found[0]) if found else None
    if found is None or viewer is None:
        return None
    viewer_id, show_id, asked = found
    show = (await shows.get_shows(session, [show_id])).get(show_id)
    hosts = {host for host, _ in await queries.followed(session, viewer_id)}
    follows = show is not None and show.host_creator_id in hosts
    if not asked and not follows:
        return None
    reader = open_viewer(secret, *viewer)
    if not rules.may_be_reminded(reader.age):
        await queries.give_back_reminder(session, reminder_id)
        return None
    token = rules.reminder_token(secret, reminder_id)
    return Reminder(reminder_id, show_id, reader.email, reader.language, follows, token)


async def stop(session: Session, *, secret: str, token: str) -> None:
    """The reader of a mail follows its host no more; stopping twice is fine. Raises
    ReminderNotFound.
    """
    reminder_id = rules.reminder_of_token(secret, token)
    found = await queries.find_reminder(session, reminder_id) if reminder_id else None
    if found is None:
        raise ReminderNotFound
    viewer_id, show_id, _ = found
    for show in (await shows.get_shows(session, [show_id])).values():
        await queries.remove_follow(session, viewer_id, show.host_creator_id)
    await queries.forget_reminder(session, viewer_id, show_id)


async def forget_old_reminders(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_reminders_before(session, clock.now() - KEPT_FOR)
