"""Shows come into being and get their time."""

from __future__ import annotations

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
from showfloor.shows.errors import ShowNotFound, SlugTaken
from showfloor.shows.rules import Step, after, slugs_for
from showfloor.shows.schemas import NewShow, ShowChange
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
        poster_url=poster_url,
        picture_ratio=picture_ratio,
        **new.model_dump(),
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
        changed = replace(changed, state=after(show.state, Step.SCHEDULE))
    return await save(session, show, changed)


async def save(session: Session, before: Show, now: Show) -> Show:
    """Store what changed and say it in the room; needs the show's lock."""
    await queries.save_show(session, before, now)
    await publish_show(session, now)
    return now


async def get_show(session: Session, show_id: UUID) -> Show:
    """Raises ShowNotFound."""
    if (show := await queries.show(session, show_id)) is None:
        raise ShowNotFound
    return show


async def get_public_show(session: Session, show_id: UUID, *, person: Person | None = None) -> Show:
    """A show that everybody may know of; a draft is its host's alone. Raises ShowNotFound."""
    return _seen_by(person, await queries.show(session, show_id))


async def get_own_show(
    session: Session, *, person: Person, show_id: UUID, lock: bool = False
) -> Show:
    """A show that this person runs. Somebody else's is not found, so that ids tell nothing.

    Raises ShowNotFound.
    """
    show = await queries.show(session, show_id, lock=lock)
    if show is None or not _runs(person, show):
        raise ShowNotFound
    return show


def _seen_by(person: Person | None, show: Show | None) -> Show:
    if show is None or (
        show.state is ShowState.DRAFT and not (person is not None and _runs(person, show))
    ):
        raise ShowNotFound
    return show


def _runs(person: Person, show: Show) -> bool:
    return person.is_operator or show.host_creator_id == person.creator_id


async def find_public_show(session: Session, slug: str, *, person: Person | None = None) -> Show:
    """A show by its address, for pages and frames: a draft is its host's alone.

    Raises ShowNotFound.
    """
    return _seen_by(person, await queries.show_of_slug(session, slug))


async def list_shows(
    session: Session,
    *,
    states: list[ShowState],
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


async def list_upcoming(session: Session, limit: int = 50) -> list[Show]:
    """What viewers can look forward to, soonest first.

    What should have begun hours ago and did not is not among it.
    """
    return await queries.upcoming_shows(session, clock.now() - STILL_TO_COME, limit)
