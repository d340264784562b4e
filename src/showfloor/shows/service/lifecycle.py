"""A show goes live and ends, because its host says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, outbox
from showfloor.kit.db import Session
from showfloor.media import service as media
from showfloor.shows import queries
from showfloor.shows.errors import SignalMissing
from showfloor.shows.events import ShowEnded, ShowWentLive
from showfloor.shows.rules import Step, after
from showfloor.shows.service.cues import close_open_cues
from showfloor.shows.service.room import publish_show
from showfloor.shows.service.schedule import get_own_show
from showfloor.shows.types import Show


async def go_live(session: Session, *, person: Person, show_id: UUID) -> Show:
    """From here on everybody sees the picture.

    Raises ShowNotFound, NotAllowedInState, SignalMissing.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    state = after(show.state, Step.GO_LIVE)
    if not await media.is_publishing(session, show_id):
        raise SignalMissing
    now = clock.now()
    await outbox.publish(session, ShowWentLive(show_id, now))
    return await move(session, show, {"state": state, "went_live_at": now})


async def end_show(session: Session, *, person: Person, show_id: UUID) -> Show:
    """The show is over for good; open cues end with it. Raises ShowNotFound, NotAllowedInState."""
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    now = clock.now()
    ended = await move(session, show, {"state": after(show.state, Step.END), "ended_at": now})
    await close_open_cues(session, show_id, now)
    await outbox.publish(session, ShowEnded(show_id, now))
    return ended


async def move(session: Session, show: Show, values: dict[str, Any]) -> Show:
    """Store a step of the state machine and tell the room."""
    await queries.change_show(session, show.id, values)
    moved = replace(show, **values)
    await publish_show(session, moved)
    return moved
