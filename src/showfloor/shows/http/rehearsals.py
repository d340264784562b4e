"""Routes of rehearsals."""

from __future__ import annotations

from fastapi import APIRouter, BackgroundTasks, Request

from showfloor.identity.http import CurrentPerson
from showfloor.kit.http import SessionDep
from showfloor.kit.ids import parse
from showfloor.kit.openapi import refusals
from showfloor.media import service as media
from showfloor.shows import service
from showfloor.shows.errors import NotAllowedInState, RehearsalNotFound, RehearsalRunning
from showfloor.shows.http import CHANGE, OWN, StreamingDep, UrlsDep
from showfloor.shows.schemas import ShowOut
from showfloor.shows.schemas.studio import WatchedRehearsal
from showfloor.shows.types import ShowState
from showfloor.shows.views import show_view, watched_rehearsal_view

router = APIRouter(prefix="/api/v1", tags=["shows"])


@router.post(
    "/shows/{show_id}/rehearsal",
    status_code=201,
    responses=refusals(*CHANGE, NotAllowedInState, RehearsalRunning),
)
async def start_rehearsal(
    show_id: str, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> ShowOut:
    """Run the show for its team alone, as a show of its own with the same shelf: camera, cues and
    room are real, its viewers synthetic, its buyers pay with play money in a scratch copy of the
    stock. It ends by itself after two hours, and when the show goes live.
    """
    show = await service.start_rehearsal(session, person=person, show_id=parse("show", show_id))
    return show_view(await service.with_shelf(session, show), urls)


@router.get(
    "/shows/{show_id}/rehearsal",
    responses=refusals(*OWN, RehearsalNotFound),
)
async def watch_rehearsal(
    show_id: str, request: Request, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> WatchedRehearsal:
    """The rehearsal of this show, or the one that this show is, as its viewers see it; for its team
    alone. Nothing is sold in it.
    """
    show, rehearsal = await service.watch_rehearsal(
        session, person=person, show_id=parse("show", show_id)
    )
    token, _ = media.get_preview_tokens(request.app.state.settings.secret, show.id)
    view = show_view(await service.with_shelf(session, show), urls)
    return watched_rehearsal_view(view, rehearsal, token)


@router.delete(
    "/shows/{show_id}/rehearsal",
    status_code=204,
    responses=refusals(*CHANGE, RehearsalNotFound),
)
async def end_rehearsal(
    show_id: str,
    session: SessionDep,
    person: CurrentPerson,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> None:
    """Delete the rehearsal of this show, or the one that this show is, with all that belongs to
    it.
    """
    ended = await service.end_rehearsal(session, person=person, show_id=parse("show", show_id))
    after.add_task(streaming.set_state, ended, ShowState.CANCELLED)
