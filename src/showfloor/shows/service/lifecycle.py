"""A show goes live and ends, because its host says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, outbox
from showfloor.kit.db import Session
from showfloor.media import service as media
from showfloor.shows import queries
from showfloor.shows.errors import NotAllowedInState, ShowNotFound, SignalMissing
from showfloor.shows.events import ShowEnded, ShowWentLive
from showfloor.shows.rules import Step, after, picture_ratio, require_answer
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.cues import (
    close_open_cues,
    disclose_from_the_start,
    pin_recorded,
)
from showfloor.shows.service.rehearsals import discard_rehearsal
from showfloor.shows.service.schedule import published, save
from showfloor.shows.types import RecordedPin, ReplayFacts, Show, ShowState


async def go_live(session: Session, *, person: Person, show_id: UUID) -> Show:
    """From here on everybody sees the picture.

    Raises ShowNotFound, NotAllowedInState, SignalMissing, DisclosuresUnanswered.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    state = after(show.state, Step.GO_LIVE)
    if not await media.is_publishing(session, show_id):
        raise SignalMissing
    require_answer(show.disclosures)
    await discard_rehearsal(session, show_id)
    now = clock.now()
    await outbox.publish(session, ShowWentLive(show_id, now))
    await disclose_from_the_start(session, show, now)
    live = published(replace(show, state=state, went_live_at=now))
    return await save(session, show, live)


async def end_show(session: Session, *, person: Person, show_id: UUID) -> Show:
    """The show is over for good, a draft is cancelled; open cues end with it.

    Raises ShowNotFound, NotAllowedInState.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    now = clock.now()
    ended = replace(show, state=after(show.state, Step.END), ended_at=now)
    await save(session, show, ended)
    await close_open_cues(session, show_id, now)
    await queries.remove_remotes(session, show_id)
    await discard_rehearsal(session, show_id)
    await outbox.publish(session, ShowEnded(show_id, now))
    return ended


async def check_importable(session: Session, *, show_id: UUID) -> datetime | None:
    """When it was to start. Raises ShowNotFound, NotAllowedInState (it was live already, or is
    over).
    """
    show = await queries.show(session, show_id)
    if show is None:
        raise ShowNotFound
    if show.state not in (ShowState.DRAFT, ShowState.SCHEDULED):
        raise NotAllowedInState(state=show.state.value)
    return show.starts_at


async def end_imported(
    session: Session,
    *,
    show_id: UUID,
    began_at: datetime,
    ended_at: datetime,
    size: tuple[int, int],
    pins: Sequence[RecordedPin] = (),
) -> Show:
    """The show was a film from `began_at` to `ended_at` with these pins, and is over. Its picture
    had this `size`, width and height in pixels. What its host disclosed stands on every frame.

    Raises ShowNotFound, NotAllowedInState, ProductNotInShow, TooManyPins.
    """
    show = await queries.show(session, show_id, lock=True)
    if show is None:
        raise ShowNotFound
    live = after(show.state, Step.GO_LIVE)
    ended = replace(
        show,
        state=after(live, Step.END),
        went_live_at=began_at,
        ended_at=ended_at,
        picture_ratio=picture_ratio(*size),
    )
    await disclose_from_the_start(session, show, began_at)
    await close_open_cues(session, show_id, ended_at)
    await pin_recorded(session, show, pins)
    await outbox.publish(session, ShowEnded(show_id, ended_at))
    return await save(session, show, published(ended))


async def set_replay(session: Session, show_id: UUID, facts: ReplayFacts) -> None:
    """What `replays` says of an ended show. Nothing happens when it is known. Raises
    ShowNotFound.
    """
    show = await queries.show(session, show_id, lock=True)
    if show is None:
        raise ShowNotFound
    if show.replay != facts:
        now = replace(
            show,
            replay_state=facts.state.value,
            replay_starts_at=facts.starts_at,
            replay_duration_ms=facts.duration_ms,
            replay_poster_url=facts.poster_url,
            replay_poster_chosen=facts.poster_chosen,
            replay_storyboard_url=facts.storyboard_url,
        )
        await save(session, show, now)


async def set_clips(session: Session, show_id: UUID, count: int) -> None:
    """How many clips of the show can be watched. Raises ShowNotFound."""
    show = await queries.show(session, show_id, lock=True)
    if show is None:
        raise ShowNotFound
    await queries.save_show(session, show, replace(show, clips=count))
