"""Cues: what is on screen when.

Stamped by `streaming` on the show clock, kept in the timeline, told to the room.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.media.adapters.streaming import StreamingServer
from showfloor.media.errors import NotLive, StreamingUnavailable
from showfloor.shows import queries
from showfloor.shows.errors import CueNotFound, ProductNotInShow, TooManyPins
from showfloor.shows.rules import MOST_PINS, end_of
from showfloor.shows.service.room import forget_old_cues, publish_cue
from showfloor.shows.service.schedule import get_own_show
from showfloor.shows.types import Cue, CueKind, PinPayload


async def pin(
    session: Session,
    streaming: StreamingServer,
    *,
    person: Person,
    show_id: UUID,
    product_id: UUID,
    replace_others: bool = False,
) -> Cue:
    """Pin a product on the newest frame that arrived. `replace_others` ends the open pins at the
    same instant.

    Raises ShowNotFound, ProductNotInShow, TooManyPins, NotLive, StreamingUnavailable.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if product_id not in show.product_ids:
        raise ProductNotInShow
    if not show.state.on_air:
        raise NotLive
    open_pins = await queries.open_cues(session, show_id)
    if len(open_pins) >= MOST_PINS and not replace_others:
        raise TooManyPins(most=MOST_PINS)
    cue_id, payload = ids.new(), PinPayload(product_id)
    replaced = open_pins if replace_others else []
    shown, ends = ids.encode("cue", cue_id), [ids.encode("cue", other.id) for other in replaced]
    wire = {"product_id": ids.encode("prod", product_id)}
    start = await streaming.start_cue(show_id, shown, CueKind.PIN, wire, ends)
    cue = Cue(cue_id, show_id, CueKind.PIN, start, None, payload)
    try:
        await _store_pin(session, cue, replaced)
    except BaseException:
        # The players take it down at once. If this fails too, or the commit does, `streaming` drops
        # what our answers do not know, and opens again what it replaced, after its own few seconds
        # (`streaming/cues.py`).
        with contextlib.suppress(NotLive, StreamingUnavailable):
            await streaming.end_cue(show_id, shown)
        raise
    return cue


async def _store_pin(session: Session, cue: Cue, replaced: list[Cue]) -> None:
    for other in replaced:
        await _store_end(session, other, cue.start)
    await queries.add_cue(session, cue)
    await publish_cue(session, cue)
    await forget_old_cues(session, cue.show_id)


async def end_cue(
    session: Session, streaming: StreamingServer, *, person: Person, cue_id: UUID
) -> Cue:
    """End a cue on the newest frame; ending twice changes nothing.

    Raises CueNotFound, StreamingUnavailable.
    """
    cue = await _get_cue(session, cue_id)
    await get_own_show(session, person=person, show_id=cue.show_id, lock=True)
    # Again under the lock: somebody may have ended it while we waited.
    cue = await _get_cue(session, cue_id)
    return cue if cue.end else await _end(session, streaming, cue)


async def _get_cue(session: Session, cue_id: UUID) -> Cue:
    if (cue := await queries.cue(session, cue_id)) is None:
        raise CueNotFound
    return cue


async def list_timeline(
    session: Session, *, show_id: UUID, at: datetime | None = None
) -> list[Cue]:
    """The show's cues by start, or those that contain `at`."""
    return await queries.cues(session, show_id, at=at)


async def end_cues_of_product(
    session: Session, streaming: StreamingServer, *, show_id: UUID, product_id: UUID
) -> None:
    """What leaves the shelf leaves the screen; needs the show's lock. Raises
    StreamingUnavailable.
    """
    for cue in await queries.open_cues(session, show_id):
        if cue.payload.product_id == product_id:
            await _end(session, streaming, cue)


async def close_open_cues(session: Session, show_id: UUID, end: datetime) -> None:
    """The show is over, and so is everything on it."""
    for cue in await queries.open_cues(session, show_id):
        await _store_end(session, cue, end)


async def _end(session: Session, streaming: StreamingServer, cue: Cue) -> Cue:
    try:
        end = await streaming.end_cue(cue.show_id, ids.encode("cue", cue.id))
    except NotLive:
        # Nobody publishes: no frame follows the last one before the next publisher, so any instant
        # in between means the same.
        end = clock.now()
    return await _store_end(session, cue, end)


async def _store_end(session: Session, cue: Cue, end: datetime) -> Cue:
    ended = replace(cue, end=await queries.end_cue(session, cue.id, end_of(cue.start, end)))
    await publish_cue(session, ended)
    return ended
