"""Cues: what is on screen when.

The caller asks `streaming` for the moment before its transaction; the cue is stored in the timeline
and the room; after the commit the caller sends the carried cues to `streaming`, and the periodic
report repeats them. So no lock waits for the network, and nothing has to be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.contract import CarriedCue
from showfloor.kit.db import Session
from showfloor.media.errors import NotLive
from showfloor.media.types import MediaMoment
from showfloor.shows import queries
from showfloor.shows.errors import (
    CueNotFound,
    CueOfDrop,
    ProductInDrop,
    ProductNotInShow,
    TooManyAnnouncements,
    TooManyPins,
)
from showfloor.shows.rules import (
    BEFORE_THE_FIRST_FRAME,
    ENDED_CUES_STAY,
    MOST_ANNOUNCEMENTS,
    MOST_PINS,
    end_of,
    is_over,
)
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.room import forget_old_cues, publish_cue
from showfloor.shows.types import (
    AnnouncementPayload,
    Cue,
    CueKind,
    Disclosure,
    DisclosurePayload,
    DropPayload,
    PinPayload,
    RecordedPin,
    Show,
)
from showfloor.shows.views import carried_cue


async def pin(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    product_id: UUID,
    moment: MediaMoment,
    replace_others: bool = False,
) -> Cue:
    """Pin a product on the frame of `moment`. `replace_others` ends the open pins at the same
    instant.

    Raises ShowNotFound, ProductNotInShow, TooManyPins, NotLive, StreamingUnavailable.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True, rehearsed=True)
    if product_id not in show.product_ids:
        raise ProductNotInShow
    if not show.state.takes_cues:
        raise NotLive
    start = moment.required()
    open_pins = await queries.open_cues(session, show_id, kind=CueKind.PIN)
    if len(open_pins) >= MOST_PINS and not replace_others:
        raise TooManyPins(most=MOST_PINS)
    for other in open_pins if replace_others else []:
        await _end(session, other, start)
    payload = await _as_of_now(session, product_id, show.currency)
    cue = Cue(ids.new(), show_id, CueKind.PIN, start, None, payload)
    await _begin(session, cue)
    await forget_old_cues(session, show_id)
    return cue


async def _as_of_now(session: Session, product_id: UUID, currency: str) -> PinPayload:
    """A replay says what the product was called and cost when it was shown."""
    found = await catalog.get_priced_products(session, [product_id], currency)
    priced = found.get(product_id)
    if priced is None:
        return PinPayload(product_id)
    costs = [
        priced.prices[variant.id]
        for variant in priced.product.variants
        if variant.id in priced.prices
    ]
    lowest = min(costs, key=lambda price: price.amount, default=None)
    return PinPayload(product_id, priced.product.name, lowest)


async def disclose(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    disclosure: Disclosure,
    moment: MediaMoment,
) -> Cue:
    """From the frame of `moment` on the picture carries this label. Disclosing what is disclosed
    changes nothing.

    Raises ShowNotFound, NotLive, StreamingUnavailable.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True, rehearsed=True)
    if not show.state.takes_cues:
        raise NotLive
    start = moment.required()
    for cue in await queries.open_cues(session, show_id, kind=CueKind.DISCLOSURE):
        if cue.disclosure is disclosure:
            return cue
    payload = DisclosurePayload(disclosure)
    cue = Cue(ids.new(), show_id, CueKind.DISCLOSURE, start, None, payload)
    await _begin(session, cue)
    return cue


async def disclose_from_the_start(session: Session, show: Show, live: datetime) -> None:
    """What the host said before going live holds for every frame that anybody will see, also those
    of the group of pictures in which the show went live.
    """
    for disclosure in show.disclosures or ():
        payload = DisclosurePayload(disclosure)
        start = live - BEFORE_THE_FIRST_FRAME
        await _begin(session, Cue(ids.new(), show.id, CueKind.DISCLOSURE, start, None, payload))


async def pin_recorded(session: Session, show: Show, pins: Sequence[RecordedPin]) -> None:
    """The pins of a show that was filmed before; needs its lock. The room does not hear of them:
    nobody watches it.

    Raises ProductNotInShow, TooManyPins.
    """
    for pinned in pins:
        if pinned.product_id not in show.product_ids:
            raise ProductNotInShow
        if sum(other.start <= pinned.start < other.end for other in pins) > MOST_PINS:
            raise TooManyPins(most=MOST_PINS)
        payload = await _as_of_now(session, pinned.product_id, show.currency)
        cue = Cue(ids.new(), show.id, CueKind.PIN, pinned.start, pinned.end, payload)
        await queries.add_cue(session, cue)


async def announce(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    text: dict[str, str],
    starts_in: timedelta,
    lasts: timedelta | None,
    moment: MediaMoment,
) -> Cue:
    """Words on the picture from `starts_in` after the frame of `moment` on, for as long as `lasts`
    says or until somebody takes them down.

    Raises ShowNotFound, NotLive, TooManyAnnouncements, StreamingUnavailable.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True, rehearsed=True)
    if not show.state.takes_cues:
        raise NotLive
    start = moment.required() + starts_in
    if len(await _open_announcements(session, show_id)) >= MOST_ANNOUNCEMENTS:
        raise TooManyAnnouncements(most=MOST_ANNOUNCEMENTS)
    payload = AnnouncementPayload(text, start + lasts if lasts is not None else None)
    cue = Cue(ids.new(), show_id, CueKind.ANNOUNCEMENT, start, None, payload)
    await _begin(session, cue)
    await forget_old_cues(session, show_id)
    return cue


async def _open_announcements(session: Session, show_id: UUID) -> list[Cue]:
    """Without those whose time is over, which the next report of the camera ends."""
    found = await queries.open_cues(session, show_id, kind=CueKind.ANNOUNCEMENT)
    return [cue for cue in found if not is_over(cue, clock.now())]


async def end_announcements(session: Session, show_id: UUID) -> None:
    """Those whose time is over; needs the show's lock. An END-DATE that a playlist has carried must
    not change (RFC 8216bis §4.4.5.1), so a cue gets its end when it is over and not before: until
    then somebody may take it down.
    """
    for cue in await queries.open_cues(session, show_id, kind=CueKind.ANNOUNCEMENT):
        if cue.until is not None and is_over(cue, clock.now()):
            await _end(session, cue, cue.until)


async def begin_drop(
    session: Session, show: Show, payload: DropPayload, moment: MediaMoment
) -> Cue:
    """A drop is announced on the frame of `moment`; needs the show's lock. Raises NotLive,
    StreamingUnavailable.
    """
    cue = Cue(ids.new(), show.id, CueKind.DROP, moment.required(), None, payload)
    await _begin(session, cue)
    await forget_old_cues(session, show.id)
    return cue


async def end_drop(session: Session, cue_id: UUID, after: timedelta) -> None:
    """The cue of a drop ends so long after its first frame; needs the show's lock. Ending twice
    changes nothing.
    """
    cue = await _get_cue(session, cue_id)
    if cue.end is None:
        await _end(session, cue, cue.start + after)


async def _begin(session: Session, cue: Cue) -> None:
    await queries.add_cue(session, cue)
    await publish_cue(session, cue)


async def end_cue(session: Session, *, person: Person, cue_id: UUID, moment: MediaMoment) -> Cue:
    """End a cue on the frame of `moment`; ending twice changes nothing.

    Raises CueNotFound, CueOfDrop, ShowNotFound, StreamingUnavailable.
    """
    cue = await _get_cue(session, cue_id)
    if cue.kind is CueKind.DROP:
        raise CueOfDrop
    await get_own_show(session, person=person, show_id=cue.show_id, lock=True, rehearsed=True)
    # Again under the lock: somebody may have ended it while we waited.
    cue = await _get_cue(session, cue_id)
    if cue.end:
        return cue
    end = _last_frame(moment)
    return await _end(session, cue, min(end, cue.until or end))


async def get_own_cue(session: Session, *, person: Person, cue_id: UUID) -> Cue:
    """A cue of a show that this person runs. Raises CueNotFound, ShowNotFound."""
    cue = await _get_cue(session, cue_id)
    await get_own_show(session, person=person, show_id=cue.show_id, rehearsed=True)
    return cue


async def list_carried_cues(session: Session, show_id: UUID) -> list[CarriedCue]:
    """What `streaming` carries: open cues, and those that ended a moment ago."""
    recent = await queries.recent_cues(session, show_id, clock.now() - ENDED_CUES_STAY)
    return [carried_cue(cue) for cue in recent]


async def list_whole_timeline(session: Session, show_id: UUID) -> list[CarriedCue]:
    """Every cue of the show by start, as a playlist carries it."""
    return [carried_cue(cue) for cue in await queries.cues(session, show_id)]


async def _get_cue(session: Session, cue_id: UUID) -> Cue:
    if (cue := await queries.cue(session, cue_id)) is None:
        raise CueNotFound
    return cue


async def list_timeline(
    session: Session, *, show_id: UUID, at: datetime | None = None
) -> list[Cue]:
    """The show's cues by start, or those that contain `at`."""
    found = await queries.cues(session, show_id, at=at)
    return [cue for cue in found if at is None or not is_over(cue, at)]


async def end_cues_of_product(
    session: Session, *, show_id: UUID, product_id: UUID, moment: MediaMoment
) -> None:
    """What leaves the shelf leaves the screen; needs the show's lock. Raises ProductInDrop,
    StreamingUnavailable.
    """
    cues = await queries.open_cues(session, show_id)
    if any(cue.dropped_id == product_id for cue in cues):
        raise ProductInDrop
    for cue in cues:
        if cue.product_id == product_id:
            await _end(session, cue, _last_frame(moment))


async def close_open_cues(session: Session, show_id: UUID, end: datetime) -> None:
    """The show is over, and so is everything on it."""
    for cue in await queries.open_cues(session, show_id):
        await _end(session, cue, min(end, cue.until or end))


def _last_frame(moment: MediaMoment) -> datetime:
    """Where nobody publishes no frame follows the last one before the next publisher, so any
    instant in between means the same.
    """
    moment.check_reachable()
    return moment.at or clock.now()


async def _end(session: Session, cue: Cue, end: datetime) -> Cue:
    ended = replace(cue, end=await queries.end_cue(session, cue.id, end_of(cue.start, end)))
    await publish_cue(session, ended)
    return ended
