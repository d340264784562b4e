"""The picture that announces a show."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.schedule import save
from showfloor.shows.types import Show


async def set_cover(
    session: Session, *, person: Person, show_id: UUID, url: str | None
) -> tuple[Show, str | None]:
    """The show with its new cover, or none, and the address of the cover that it had before: its
    file can go once this is committed.

    Raises ShowNotFound.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if show.poster_url == url:
        return show, None
    return await save(session, show, replace(show, poster_url=url)), show.poster_url
