"""Shows come into being and get their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
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
from showfloor.shows.service.room import publish_show
from showfloor.shows.types import Show, ShowState

STILL_TO_COME = timedelta(hours=6)
"""How long after its time a show that has not begun is still announced."""


async def create_show(
    session: Session,
    *,
    person: Person,
    title: dict[str, str],
    market: str,
    slug: str | None = None,
    starts_at: datetime | None = None,
    poster_url: str | None = None,
) -> Show:
    """A draft, or a scheduled show when it has a time. Without a `slug` one is made from the title,
    and made unlike all others.

    Raises Forbidden (only creators host), MarketUnknown, SlugTaken.
    """
    if person.creator_id is None:
        raise Forbidden
    show_id = ids.new()
    show = Show(
        id=show_id,
        slug="",
        title=title,
        state=ShowState.SCHEDULED if starts_at else ShowState.DRAFT,
        market=market,
        currency=get_market(market).currency,
        host_creator_id=person.creator_id,
        starts_at=starts_at,
        went_live_at=None,
        ended_at=None,
        poster_url=poster_url,
        cue_offset_ms=0,
        product_ids=(),
    )
    for candidate in [slug] if slug else slugs_for(title["en"], starts_at, show_id):
        show = replace(show, slug=candidate)
        if await queries.add_show(session, show):
            break
    else:
        raise SlugTaken(slug=show.slug)
    await realtime.open_room(session, show.id)
    await publish_show(session, show)
    return show


async def change_show(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    title: dict[str, str] | None = None,
    starts_at: datetime | None = None,
    cue_offset_ms: int | None = None,
) -> Show:
    """New title, time or encoder delay; a draft that gets a time is scheduled.

    Raises ShowNotFound, NotAllowedInState.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    values: dict[str, Any] = {}
    if title is not None:
        values["title"] = title
    if starts_at is not None:
        values |= {"starts_at": starts_at, "state": after(show.state, Step.SCHEDULE)}
    if cue_offset_ms is not None:
        values["cue_offset_ms"] = cue_offset_ms
    if values:
        await queries.change_show(session, show_id, values)
    changed = replace(show, **values)
    await publish_show(session, changed)
    return changed


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
