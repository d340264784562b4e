"""JSON routes of `replays`: what the host decides about it. The files themselves are static
(`app/wiring.py`, `deploy/nginx.conf`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import Caller, CurrentPerson, OptionalPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound, PayloadTooLarge, RequestTimeout
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import Document, refusals
from showfloor.kit.recent import Recent
from showfloor.replays import service
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.errors import (
    CaptionsUnreadable,
    ClipNotFound,
    ClipSpanInvalid,
    ClipSpanUnavailable,
    CutInvalid,
    KeptTooBriefly,
    ReplayDeleted,
    ReplayNotThere,
    TooManyClips,
)
from showfloor.replays.schemas import (
    ClipChange,
    ClipList,
    ClipOut,
    NewClip,
    ReplayChange,
    ReplayDecision,
)
from showfloor.replays.types import Replay
from showfloor.replays.views import clip_view, decision_view
from showfloor.shows.errors import CaptionsNotThere, ShowNotFound, TooManyCaptions
from showfloor.shows.http import UrlsDep
from showfloor.shows.schemas import CaptionChanges, CaptionLines, Language
from showfloor.shows.views import caption_view

router = APIRouter(tags=["replays"])
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
"""As the files beside it (`web/files.py`)."""
REWIND = "/replays/{show_id}/rewind.m3u8"


async def get_storage(request: Request) -> Storage:
    storage: Storage = request.app.state.replay_storage
    return storage


StorageDep = Annotated[Storage, Depends(get_storage)]
OWN = (NotAuthenticated, NotFound, ShowNotFound)
CHANGE = (*OWN, CsrfFailed, ReplayDeleted)


@router.get("/api/v1/shows/{show_id}/replay", responses=refusals(*OWN))
async def get_replay(show_id: str, session: SessionDep, person: CurrentPerson) -> ReplayDecision:
    """The host's view of it, also before the show has ended."""
    found = await service.get_replay(session, person=person, show_id=ids.parse("show", show_id))
    return _view(found)


@router.patch(
    "/api/v1/shows/{show_id}/replay", responses=refusals(*CHANGE, CutInvalid, KeptTooBriefly)
)
async def change_replay(
    show_id: str, body: ReplayChange, person: Caller, database: DatabaseDep, storage: StorageDep
) -> ReplayDecision:
    """Publish or withhold, trim, hide spans, choose how long it is kept. What is taken out is gone
    from the server before the answer.
    """
    show = ids.parse("show", show_id)
    async with database.session() as session:
        now = await service.change_replay(session, person=person, show_id=show, change=body)
    if now.version == now.published_version:
        return _view(now)
    async with database.session() as session:
        return _view(await service.publish(session, storage, show))


@router.delete("/api/v1/shows/{show_id}/replay", status_code=204, responses=refusals(*CHANGE))
async def delete_replay(
    show_id: str, person: Caller, database: DatabaseDep, storage: StorageDep
) -> None:
    """For good. Withdrawn before the answer; the recording is deleted soon after."""
    show = ids.parse("show", show_id)
    async with database.session() as session:
        await service.delete_replay(session, person=person, show_id=show)
    async with database.session() as session:
        await service.publish(session, storage, show)


@router.get(
    REWIND, response_class=Response, responses=refusals(NotFound, ShowNotFound, ReplayNotThere)
)
async def rewind(
    show_id: str, request: Request, session: SessionDep, storage: StorageDep
) -> Response:
    """A live show from its beginning: an EVENT playlist (RFC 8216 §4.3.3.5) over its recording.
    Once the show has ended it leads to the replay's.
    """
    show = ids.parse("show", show_id)
    kept: Recent[str] = request.app.state.rewinds
    text = await kept.get((show,), lambda: service.rewind(session, storage, show))
    if not text:
        return RedirectResponse("media.m3u8", headers=OPEN)
    return Response(text, media_type="application/vnd.apple.mpegurl", headers=OPEN)


def _view(found: Replay) -> ReplayDecision:
    return decision_view(found, service.facts_of(found).state if found.ended_at else None)


CLIP_CHANGE = (NotAuthenticated, NotFound, ClipNotFound, CsrfFailed)


@router.post(
    "/api/v1/shows/{show_id}/clips",
    status_code=201,
    responses=refusals(*OWN, CsrfFailed, ClipSpanInvalid, ClipSpanUnavailable, TooManyClips),
)
async def add_clip(
    show_id: str, body: NewClip, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> ClipOut:
    """A part of a show, live or over, with an address of its own. Its files are there when its
    state is `ready`.
    """
    show = ids.parse("show", show_id)
    made = await service.add_clip(session, person=person, show_id=show, new=body)
    return clip_view(made, urls)


@router.get("/api/v1/shows/{show_id}/clips", responses=refusals(NotFound, ShowNotFound))
async def list_clips(
    show_id: str, session: SessionDep, urls: UrlsDep, person: OptionalPerson
) -> ClipList:
    """Those that everybody may watch; for who runs the show all of them, suggestions too."""
    show = ids.parse("show", show_id)
    found = await service.list_clips(session, person=person, show_id=show)
    products = await service.products_of(session, show, [each.clip for each in found])
    return ClipList(items=[clip_view(each, urls, products.get(each.clip.id)) for each in found])


@router.patch(
    "/api/v1/clips/{clip_id}",
    responses=refusals(*CLIP_CHANGE, ClipSpanInvalid, ClipSpanUnavailable),
)
async def change_clip(
    clip_id: str,
    body: ClipChange,
    person: Caller,
    database: DatabaseDep,
    storage: StorageDep,
    urls: UrlsDep,
) -> ClipOut:
    """Publish or unpublish, another title or span. What is not public any more is gone before the
    answer.
    """
    clip = ids.parse("clip", clip_id)
    async with database.session() as session:
        changed = await service.change_clip(session, person=person, clip_id=clip, change=body)
    async with database.session() as session:
        await service.settle_files(session, storage, changed.clip)
    return clip_view(changed, urls)


@router.delete("/api/v1/clips/{clip_id}", status_code=204, responses=refusals(*CLIP_CHANGE))
async def delete_clip(
    clip_id: str, person: Caller, database: DatabaseDep, storage: StorageDep
) -> None:
    """For good, with its files, before the answer."""
    async with database.session() as session:
        deleted = await service.delete_clip(
            session, person=person, clip_id=ids.parse("clip", clip_id)
        )
    async with database.session() as session:
        await service.settle_files(session, storage, deleted)


CAPTIONS_BODY: Document = {
    "requestBody": {
        "required": True,
        "content": {"text/vtt": {"schema": {"type": "string", "format": "binary"}}},
    }
}
CAPTIONS = "/api/v1/shows/{show_id}/captions/{language}"


@router.get(
    CAPTIONS + ".vtt",
    response_class=Response,
    responses=refusals(NotFound, ShowNotFound, ReplayNotThere),
)
async def write_captions(
    show_id: str, language: Language, session: SessionDep, storage: StorageDep
) -> Response:
    """Captions as a WebVTT file whose times are positions of the replay, without what is cut."""
    text = await service.write_captions(
        session, storage, show_id=ids.parse("show", show_id), language=language
    )
    return Response(text, media_type="text/vtt", headers=OPEN)


@router.get(CAPTIONS, responses=refusals(NotFound, ShowNotFound))
async def list_captions(
    show_id: str, language: Language, session: SessionDep, person: OptionalPerson
) -> CaptionLines:
    """What is said where the show can be watched, on the show clock; for who runs it all of it."""
    found = await service.list_captions(
        session, person=person, show_id=ids.parse("show", show_id), language=language
    )
    return CaptionLines(language=language, lines=[caption_view(line) for line in found])


@router.put(
    CAPTIONS,
    status_code=204,
    responses=refusals(
        *CHANGE,
        PayloadTooLarge,
        RequestTimeout,
        CaptionsUnreadable,
        ReplayNotThere,
        TooManyCaptions,
    ),
    openapi_extra=CAPTIONS_BODY,
)
async def read_captions(
    show_id: str,
    language: Language,
    request: Request,
    person: Caller,
    database: DatabaseDep,
    storage: StorageDep,
) -> None:
    """Replace the captions of a language by a WebVTT file (at most 2 MiB) whose times are positions
    of the replay as it is now. What is refused changes nothing.
    """
    show = ids.parse("show", show_id)
    data = await request.body()
    async with database.session() as session:
        await service.read_captions(
            session, storage, person=person, show_id=show, language=language, data=data
        )


@router.patch(CAPTIONS, status_code=204, responses=refusals(*CHANGE, CaptionsNotThere))
async def edit_captions(
    show_id: str,
    language: Language,
    body: CaptionChanges,
    session: SessionDep,
    person: CurrentPerson,
) -> None:
    """Other words for single lines; an empty text takes a line away."""
    await service.edit_captions(
        session,
        person=person,
        show_id=ids.parse("show", show_id),
        language=language,
        texts={ids.parse("cap", change.id): change.text for change in body.changes},
    )


@router.delete(CAPTIONS, status_code=204, responses=refusals(*CHANGE))
async def delete_captions(
    show_id: str, language: Language, session: SessionDep, person: CurrentPerson
) -> None:
    """All lines of a language."""
    await service.delete_captions(
        session, person=person, show_id=ids.parse("show", show_id), language=language
    )
