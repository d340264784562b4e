"""JSON routes of drops; those of coupons stand in `coupons.py`. Buying is a hold of the show
(`checkout`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Header
from starlette.responses import Response, StreamingResponse

from showfloor.catalog.errors import ProductNotFound
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.media.errors import NotLive, StreamingUnavailable
from showfloor.offers import service
from showfloor.offers.errors import (
    DropLogNotReady,
    DropNotAgreed,
    DropNotFound,
    DropPriceHigher,
    DropRunning,
    DropShort,
    DropStateConflict,
    TooManyPlanned,
)
from showfloor.offers.schemas import AskedDropsOut, DropOut, DropsOut, NewDrop
from showfloor.offers.views import asked_drops_view, drop_view, drops_view
from showfloor.shows import service as shows
from showfloor.shows.errors import NotAllowedInState, ProductNotInShow, ShowNotFound
from showfloor.shows.http import StreamingDep

router = APIRouter(prefix="/api/v1", tags=["drops"])
A_YEAR = "public, max-age=31536000, immutable"
OWN = (NotAuthenticated, NotFound, CsrfFailed, ShowNotFound, DropNotFound)


@router.post(
    "/shows/{show_id}/drops",
    status_code=201,
    responses=refusals(
        NotAuthenticated,
        NotFound,
        CsrfFailed,
        ShowNotFound,
        NotAllowedInState,
        ProductNotInShow,
        DropPriceHigher,
        TooManyPlanned,
    ),
)
async def plan_drop(
    show_id: str, body: NewDrop, session: SessionDep, person: CurrentPerson
) -> DropOut:
    """Plan a drop: viewers see nothing of it before it is opened, which needs the agreement of
    the seller of the goods.
    """
    show = ids.parse("show", show_id)
    return drop_view(await service.plan_drop(session, person=person, show_id=show, new=body))


@router.get("/shows/{show_id}/drops", responses=refusals(NotAuthenticated, NotFound, ShowNotFound))
async def list_drops(show_id: str, session: SessionDep, person: CurrentPerson) -> DropsOut:
    """The drops of a show, for its team."""
    found = await service.list_drops(session, person=person, show_id=ids.parse("show", show_id))
    return drops_view(found)


@router.get(
    "/products/{product_id}/drops", responses=refusals(NotAuthenticated, NotFound, ProductNotFound)
)
async def list_drops_of_product(
    product_id: str, session: SessionDep, person: CurrentPerson
) -> DropsOut:
    """What hosts plan for a product, and what of it is announced, for its seller."""
    product = ids.parse("prod", product_id)
    return drops_view(await service.list_of_product(session, person=person, product_id=product))


@router.get("/drops/asked", responses=refusals(NotAuthenticated))
async def list_asked_drops(session: SessionDep, person: CurrentPerson) -> AskedDropsOut:
    """What hosts plan with your sellers' products, and what of it is announced."""
    return asked_drops_view(await service.list_asked_drops(session, person=person))


@router.post("/drops/{drop_id}/agree", responses=refusals(*OWN, DropStateConflict))
async def agree_drop(drop_id: str, session: SessionDep, person: CurrentPerson) -> DropOut:
    """The seller of the goods takes the price; twice is fine."""
    drop = ids.parse("drop", drop_id)
    return drop_view(await service.agree_drop(session, person=person, drop_id=drop))


@router.post("/drops/{drop_id}/withdraw", responses=refusals(*OWN, DropStateConflict))
async def withdraw_drop(drop_id: str, session: SessionDep, person: CurrentPerson) -> DropOut:
    """The seller of the goods takes back the yes, so that the drop cannot be opened, or closes it
    when it was; what is held may still be paid. Twice is fine.
    """
    drop = ids.parse("drop", drop_id)
    return drop_view(await service.withdraw_drop(session, person=person, drop_id=drop))


@router.post(
    "/drops/{drop_id}/open",
    responses=refusals(
        *OWN,
        DropStateConflict,
        DropNotAgreed,
        DropRunning,
        DropPriceHigher,
        DropShort,
        ProductNotInShow,
        NotLive,
        StreamingUnavailable,
    ),
)
async def open_drop(
    drop_id: str,
    person: CurrentPerson,
    database: DatabaseDep,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> DropOut:
    """Begin the countdown on the newest frame. From now on its units are sold in no other way."""
    drop = ids.parse("drop", drop_id)
    async with database.session() as session:
        show = await service.show_of_drop(session, drop)
    moment = await streaming.moment(show)
    async with database.session() as session:
        announced = await service.announce_drop(session, person=person, drop_id=drop, moment=moment)
        carried = await shows.list_carried_cues(session, show)
    after.add_task(streaming.put_cues, show, carried)
    return drop_view(announced, announced.units)


@router.post("/drops/{drop_id}/cancel", responses=refusals(*OWN))
async def cancel_drop(drop_id: str, session: SessionDep, person: CurrentPerson) -> DropOut:
    """Give up a planned drop, or close one that was announced: nobody can ask any more, what is
    held may still be paid. Twice is fine.
    """
    drop = ids.parse("drop", drop_id)
    return drop_view(await service.cancel_drop(session, person=person, drop_id=drop))


@router.get(
    "/drops/{drop_id}/log",
    response_class=StreamingResponse,
    responses={
        **refusals(NotFound, DropNotFound, DropLogNotReady),
        200: {"content": {"application/jsonl": {}}},
        304: {"description": "The file with this ETag: it never changes."},
    },
)
async def get_drop_log(
    drop_id: str, database: DatabaseDep, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The log of a drop that has ended, as a file that `showfloor verify-drop` checks
    (docs/develop/drop-log.md). It never changes again: its ETag is the hash of its last record.
    """
    log = await service.find_log(database, ids.parse("drop", drop_id))
    # Weak: on its way it may be compressed.
    kept = {"cache-control": A_YEAR, "etag": f'W/"{log.head}"'}
    if if_none_match is not None and f'"{log.head}"' in if_none_match:
        return Response(status_code=304, headers=kept)
    named = {"content-disposition": f'attachment; filename="{drop_id}.jsonl"'}
    return StreamingResponse(
        service.read_log(database, log),
        media_type="application/jsonl",
        headers={**kept, **named},
    )
