"""JSON routes of `replays`: what the host decides about it. The files themselves are static
(`app/wiring.py`, `deploy/nginx.conf`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.replays import service
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.errors import CutInvalid, ReplayDeleted
from showfloor.replays.schemas import ReplayChange, ReplayDecision
from showfloor.replays.types import Replay
from showfloor.replays.views import decision_view
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.http import Caller

router = APIRouter(prefix="/api/v1", tags=["replays"])


async def get_storage(request: Request) -> Storage:
    storage: Storage = request.app.state.replay_storage
    return storage


StorageDep = Annotated[Storage, Depends(get_storage)]
OWN = (NotAuthenticated, NotFound, ShowNotFound)
CHANGE = (*OWN, CsrfFailed, ReplayDeleted)


@router.get("/shows/{show_id}/replay", responses=refusals(*OWN))
async def get_replay(show_id: str, session: SessionDep, person: CurrentPerson) -> ReplayDecision:
    """The host's view of it, also before the show has ended."""
    found = await service.get_replay(session, person=person, show_id=ids.parse("show", show_id))
    return _view(found)


@router.patch("/shows/{show_id}/replay", responses=refusals(*CHANGE, CutInvalid))
async def change_replay(
    show_id: str, body: ReplayChange, person: Caller, database: DatabaseDep, storage: StorageDep
) -> ReplayDecision:
    """Publish or withhold, trim, hide spans. What is taken out is gone from the server before the
    answer.
    """
    show = ids.parse("show", show_id)
    async with database.session() as session:
        await service.change_replay(session, person=person, show_id=show, change=body)
    async with database.session() as session:
        return _view(await service.publish(session, storage, show))


@router.delete("/shows/{show_id}/replay", status_code=204, responses=refusals(*CHANGE))
async def delete_replay(
    show_id: str, person: Caller, database: DatabaseDep, storage: StorageDep
) -> None:
    """For good. Withdrawn before the answer; the recording is deleted soon after."""
    show = ids.parse("show", show_id)
    async with database.session() as session:
        await service.delete_replay(session, person=person, show_id=show)
    async with database.session() as session:
        await service.publish(session, storage, show)


def _view(found: Replay) -> ReplayDecision:
    return decision_view(found, service.facts_of(found).state if found.ended_at else None)
