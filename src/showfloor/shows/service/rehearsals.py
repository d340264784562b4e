"""A rehearsal: the real show for its team alone, of which nothing is left (decision 0020).

It is a show of its own in the state `rehearsal`: camera, cues, remotes and room are the real ones.
Captions, messages and destinations are refused, as for a show that is not on the air. No list asks
for that state and nothing is sold in it; test buyers buy in a database schema of their own
(`app/rehearsing`). When it ends all of it is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.media import service as media
from showfloor.realtime import service as realtime
from showfloor.shows import queries
from showfloor.shows.errors import RehearsalNotFound, RehearsalRunning
from showfloor.shows.queries import rehearsals as own
from showfloor.shows.rules import Step, after
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.cues import disclose_from_the_start
from showfloor.shows.service.room import publish_rehearsed_stock, publish_show
from showfloor.shows.service.shelf import refresh_product
from showfloor.shows.types import Rehearsal, RehearsalFigures, Show, ShowState

REHEARSALS = "rehearsals"
"""The name under which the worker is woken."""
LASTS = timedelta(hours=2)
"""A rehearsal that nobody ends, ends."""


async def start_rehearsal(session: Session, *, person: Person, show_id: UUID) -> Show:
    """The show under another id, with its words, shelf, labels and encoder delay.

    Raises ShowNotFound, NotAllowedInState (it is or was on the air), RehearsalRunning.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    after(show.state, Step.GO_LIVE)
    if await own.rehearsal_of(session, show_id) is not None:
        raise RehearsalRunning
    now = clock.now()
    show_id = ids.unguessable()
    rehearsed = replace(
        show,
        id=show_id,
        slug=f"rehearsal-{show_id.hex}",
        state=ShowState.REHEARSAL,
        published_at=None,
    )
    await queries.add_show(session, rehearsed)
    await own.copy_shelf(session, show.id, rehearsed.id)
    await own.add_rehearsal(session, Rehearsal(rehearsed.id, show.id, now, now + LASTS))
    await realtime.open_room(session, rehearsed.id)
    await publish_show(session, rehearsed)
    for product_id in rehearsed.product_ids:
        await refresh_product(
            session, show_id=rehearsed.id, product_id=product_id, currency=show.currency
        )
    await disclose_from_the_start(session, rehearsed, now)
    wake(session, REHEARSALS)
    return rehearsed


async def end_rehearsal(session: Session, *, person: Person, show_id: UUID) -> UUID:
    """By the id of either show; the id of the one that is deleted now. The caller tells `streaming`
    after the commit. Raises ShowNotFound, RehearsalNotFound.
    """
    show = await get_own_show(session, person=person, show_id=show_id, rehearsed=True)
    found = await own.rehearsal_of(session, show.id)
    if found is None:
        raise RehearsalNotFound
    # The show that is rehearsed is locked first, as when one starts.
    await get_own_show(session, person=person, show_id=found.of_show_id, lock=True)
    return await discard_rehearsal(session, found.of_show_id) or found.show_id


async def discard_rehearsal(session: Session, of_show_id: UUID) -> UUID | None:
    """Delete all of it, if there is one; needs the lock of the show that is rehearsed."""
    found = await own.rehearsal_of(session, of_show_id)
    if found is None:
        return None
    # Nobody sets a cue, or notes what `streaming` says, in between.
    await queries.show(session, found.show_id, lock=True)
    await media.forget_show(session, found.show_id)
    await realtime.close_room(session, found.show_id)
    await own.delete_rehearsal(session, found.show_id)
    wake(session, REHEARSALS)
    return found.show_id


async def discard_old_rehearsals(session: Session) -> None:
    """Those that nobody ended."""
    for show_id in await own.rehearsals_over(session, clock.now()):
        if await queries.show(session, show_id, lock=True) is not None:
            await discard_rehearsal(session, show_id)


async def find_rehearsal(session: Session, show_id: UUID) -> Rehearsal | None:
    """That of a show, or the one that this show is."""
    return await own.rehearsal_of(session, show_id)


async def watch_rehearsal(
    session: Session, *, person: Person, show_id: UUID
) -> tuple[Show, Rehearsal]:
    """What its team watches, by the id of either show, so that one link leads to every rehearsal of
    a show. Raises ShowNotFound, RehearsalNotFound.
    """
    show = await get_own_show(session, person=person, show_id=show_id, rehearsed=True)
    found = await own.rehearsal_of(session, show.id)
    if found is None:
        raise RehearsalNotFound
    rehearsed = await get_own_show(session, person=person, show_id=found.show_id, rehearsed=True)
    return rehearsed, found


async def list_rehearsals(session: Session) -> list[tuple[Rehearsal, Show]]:
    """All that run."""
    found = await own.rehearsals(session)
    shows = await queries.shows_by_id(session, [each.show_id for each in found])
    by_id = {show.id: show for show in shows}
    return [(each, by_id[each.show_id]) for each in found if each.show_id in by_id]


async def note_figures(session: Session, show_id: UUID, figures: RehearsalFigures) -> None:
    """What synthetic viewers and test buyers found; nothing when the rehearsal is over."""
    await own.save_figures(session, show_id, figures)


async def note_stock(session: Session, show_id: UUID, left: Mapping[str, int]) -> None:
    """What test buyers have left, by SKU: the room of the rehearsal says it instead of the real
    stock. Nothing when the rehearsal is over.
    """
    # It does not end in between.
    if await queries.show(session, show_id, lock=True) is not None:
        await publish_rehearsed_stock(session, show_id, left)
