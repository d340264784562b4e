"""JSON routes of cues: what stands on the picture when, from now on and as it was."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, BackgroundTasks

from showfloor.identity.http import Caller, OptionalPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.schemas import Moment
from showfloor.media.errors import NotLive, StreamingUnavailable
from showfloor.shows import service
from showfloor.shows.errors import (
    CueNotFound,
    CueOfDrop,
    ProductNotInShow,
    ShowNotFound,
    TooManyAnnouncements,
    TooManyPins,
)
from showfloor.shows.http import CHANGE, StreamingDep
from showfloor.shows.schemas import (
    CueOut,
    NewAnnouncement,
    NewCue,
    NewDisclosure,
    NewPin,
    Timeline,
)
from showfloor.shows.views import cue_view

router = APIRouter(prefix="/api/v1", tags=["shows"])


@router.post(
    "/shows/{show_id}/cues",
    status_code=201,
    responses=refusals(
        *CHANGE, ProductNotInShow, TooManyPins, TooManyAnnouncements, NotLive, StreamingUnavailable
    ),
)
async def add_cue(
    show_id: str,
    body: NewCue,
    person: Caller,
    database: DatabaseDep,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> CueOut:
    """Pin a product on the newest frame, label the picture from it on, or announce something on
    it.
    """
    show = ids.parse("show", show_id)
    product = ids.parse("prod", body.product_id) if isinstance(body, NewPin) else None
    moment = await streaming.moment(show)
    async with database.session() as session:
        if isinstance(body, NewDisclosure):
            cue = await service.disclose(
                session, person=person, show_id=show, disclosure=body.disclosure, moment=moment
            )
        elif isinstance(body, NewAnnouncement):
            cue = await service.announce(
                session,
                person=person,
                show_id=show,
                text=body.words(),
                starts_in=timedelta(seconds=body.starts_in_s),
                lasts=None if body.lasts_s is None else timedelta(seconds=body.lasts_s),
                moment=moment,
            )
        else:
            assert product is not None
            cue = await service.pin(
                session,
                person=person,
                show_id=show,
                product_id=product,
                moment=moment,
                replace_others=body.replace,
            )
        carried = await service.list_carried_cues(session, show)
    after.add_task(streaming.put_cues, show, carried)
    return cue_view(cue)


@router.post(
    "/cues/{cue_id}/end", responses=refusals(*CHANGE, CueNotFound, CueOfDrop, StreamingUnavailable)
)
async def end_cue(
    cue_id: str,
    person: Caller,
    database: DatabaseDep,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> CueOut:
    """Unpin, or take down an announcement; ending twice changes nothing."""
    cue = ids.parse("cue", cue_id)
    async with database.session() as session:
        show = (await service.get_own_cue(session, person=person, cue_id=cue)).show_id
    moment = await streaming.moment(show)
    async with database.session() as session:
        ended = await service.end_cue(session, person=person, cue_id=cue, moment=moment)
        carried = await service.list_carried_cues(session, show)
    after.add_task(streaming.put_cues, show, carried)
    return cue_view(ended)


@router.get("/shows/{show_id}/timeline", responses=refusals(NotFound, ShowNotFound))
async def timeline(
    show_id: str, session: SessionDep, person: OptionalPerson, at: Moment | None = None
) -> Timeline:
    """The show's cues by start, or only those that contain `at`; a draft's only for its host."""
    show = await service.get_public_show(
        session, ids.parse("show", show_id), person=person, rehearsed=True
    )
    cues = await service.list_timeline(session, show_id=show.id, at=at)
    return Timeline(cues=[cue_view(cue) for cue in cues])
