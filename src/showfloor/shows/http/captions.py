"""The route of whoever captions a live show: a person, or a program with a key for this alone."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.identity.http import Caller
from showfloor.kit.http import DatabaseDep
from showfloor.kit.ids import parse
from showfloor.kit.openapi import refusals
from showfloor.media.errors import NotLive, StreamingUnavailable
from showfloor.shows import service
from showfloor.shows.errors import CaptionTimesInvalid, TooManyCaptions
from showfloor.shows.http import CHANGE, StreamingDep
from showfloor.shows.schemas import CaptionOut, NewCaption
from showfloor.shows.views import caption_view

router = APIRouter(prefix="/api/v1", tags=["captions"])


@router.post(
    "/shows/{show_id}/captions",
    status_code=201,
    responses=refusals(
        *CHANGE, NotLive, StreamingUnavailable, CaptionTimesInvalid, TooManyCaptions
    ),
)
async def add_caption(
    show_id: str,
    body: NewCaption,
    person: Caller,
    database: DatabaseDep,
    streaming: StreamingDep,
) -> CaptionOut:
    """A line of what is said, shown on its frame like a cue, and kept for the replay."""
    show = parse("show", show_id)
    moment = await streaming.moment(show)
    async with database.session() as session:
        added = await service.add_caption(
            session,
            person=person,
            show_id=show,
            language=body.language,
            text=body.text,
            start=body.start,
            end=body.end,
            moment=moment,
        )
    return caption_view(added)
