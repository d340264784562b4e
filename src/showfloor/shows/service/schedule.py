"""Shows come into being and get their time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.markets.service import get_market
from showfloor.realtime import service as realtime
from showfloor.shows import queries
from showfloor.shows.errors import SlugTaken
from showfloor.shows.rules import Step, after, slugs_for
from showfloor.shows.schemas import NewShow, ShowChange
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.room import publish_show
from showfloor.shows.types import Show, ShowState

STILL_TO_COME = timedelta(hours=6)
"""How long after its time a show that has not begun is still announced."""


async def create_show(
    session: Session,
    *,
    person: Person,
    new: NewShow,
    poster_url: str | None = None,
    picture_ratio: float | None = None,
) -> Show:
    """A draft, or a scheduled show when it has a time. Without a slug one is made from the title,
    and made unlike all others. `picture_ratio` is a forecast: the camera's picture replaces it.

    Raises Forbidden (only creators host), MarketUnknown, SlugTaken.
    """
    if person.creator_id is None:
        raise Forbidden
    state = ShowState.SCHEDULED if new.starts_at else ShowState.DRAFT
    show = Show(
        id=ids.new(),
        state=state,
        currency=get_market(new.market).currency,
        host_creator_id=person.creator_id,
        published_at=clock.now() if new.starts_at else None,
        poster_url=poster_url,
        picture_ratio=picture_ratio,
        disclosures=None if new.disclosures is None else tuple(new.disclosures),
        **new.model_dump(exclude={"disclosures"}),
    )
    candidates = [show.slug] if show.slug else slugs_for(show.title, show.starts_at, show.id)
    for candidate in candidates:
        show = replace(show, slug=candidate)
        if await queries.add_show(session, show):
            break
    else:
        raise SlugTaken(slug=show.slug)
    await realtime.open_room(session, show.id)
    await publish_show(session, show)
    return show


async def change_show(
    session: Session, *, person: Person, show_id: UUID, change: ShowChange
) -> Show:
    """New words, time or encoder delay; a draft that gets a time is scheduled.

    Raises ShowNotFound, NotAllowedInState.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    changed = replace(show, **change.values())
    if change.starts_at is not None:
        changed = published(replace(changed, state=after(show.state, Step.SCHEDULE)))
    return await save(session, show, changed)


def published(show: Show) -> Show:
    """Everybody can see it from now on, whatever becomes of it."""
    return replace(show, published_at=show.published_at or clock.now())


async def save(session: Session, before: Show, now: Show) -> Show:
    """Store what changed and say it in the room; needs the show's lock."""
    await queries.save_show(session, before, now)
    await publish_show(session, now)
    return now


async def list_shows(
    session: Session,
    *,
    states: Sequence[ShowState],
    host: UUID | None = None,
    limit: int = 50,
    after: UUID | None = None,
    newest_first: bool = False,
) -> list[Show]:
    """Shows in these states, in the order in which they were made; `after` is the last id of the
    page before.
    """
    return await queries.shows(
        session, states=states, host=host, limit=limit, after=after, newest_first=newest_first
    )


async def find_next(session: Session, show: Show) -> Show | None:
    """What viewers of a show can look forward to: the host's next one, or else the soonest."""
    return await queries.next_show(session, show, clock.now() - STILL_TO_COME)


async def list_watchable(
    session: Session, limit: int = 12, before: str | None = None
) -> list[Show]:
    """What can be watched again, the latest first; `before` is the last slug of the page before.
    After a slug that is unknown comes nothing.
    """
    return await queries.watchable_shows(session, limit, before)


async def list_upcoming(session: Session, limit: int = 50) -> list[Show]:
    """What viewers can look forward to, soonest first.

    What should have begun hours ago and did not is not among it.
    """
    return await queries.upcoming_shows(session, clock.now() - STILL_TO_COME, limit)


async def list_starting(session: Session, within: timedelta) -> list[Show]:
    """Every scheduled show that starts within this time from now, soonest first."""
    now = clock.now()
    return await queries.shows_starting(session, now, now + within)


async def next_shows_of(session: Session, hosts: Collection[UUID]) -> dict[UUID, Show]:
    """What each of these hosts does next, of those who plan something."""
    return await queries.next_shows_of(session, hosts, clock.now() - STILL_TO_COME)
