"""JSON routes of `shows`: what hosts do, what everybody may read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import (
    Caller,
    CurrentPerson,
    OptionalPerson,
    OwnSignIn,
)
from showfloor.kit import ids
from showfloor.kit.errors import NotFound, PayloadTooLarge, RequestTimeout
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import Document, refusals
from showfloor.markets.errors import MarketUnknown
from showfloor.media import service as media
from showfloor.media.adapters.streaming import StreamingServer
from showfloor.media.errors import StreamingUnavailable
from showfloor.shows import service
from showfloor.shows.adapters.covers import CoverFolder
from showfloor.shows.errors import (
    CoverTooManyPixels,
    CoverTooSmall,
    CoverTypeUnsupported,
    CoverUnreadable,
    DisclosuresUnanswered,
    ItemNumberTaken,
    NotAllowedInState,
    ProductInDrop,
    ProductNotInShow,
    ProductNotSellable,
    ShelfChanged,
    ShowNotFound,
    SignalMissing,
    SkuConflict,
    SlugTaken,
)
from showfloor.shows.schemas import (
    NewItemNumber,
    NewShow,
    NextShow,
    ShelfOrder,
    ShowChange,
    ShowOut,
    ShowPage,
    ShowProduct,
)
from showfloor.shows.schemas.studio import PreflightOut, PublishTicketOut, StreamKeyOut, StudioOut
from showfloor.shows.types import PublicUrls, ShowState
from showfloor.shows.views import page_view, publish_ticket_view, show_view, studio_view

router = APIRouter(prefix="/api/v1", tags=["shows"])


async def get_urls(request: Request) -> PublicUrls:
    urls: PublicUrls = request.app.state.urls
    return urls


async def get_streaming(request: Request) -> StreamingServer:
    streaming: StreamingServer = request.app.state.streaming
    return streaming


async def get_covers(request: Request) -> CoverFolder:
    covers: CoverFolder = request.app.state.covers
    return covers


CoversDep = Annotated[CoverFolder, Depends(get_covers)]
UrlsDep = Annotated[PublicUrls, Depends(get_urls)]
StreamingDep = Annotated[StreamingServer, Depends(get_streaming)]
PageSize = Annotated[int, Query(ge=1, le=100)]
OWN = (NotAuthenticated, NotFound, ShowNotFound)
"""What every route of a host may refuse; those that change something also `CHANGE`."""
CHANGE = (*OWN, CsrfFailed)
PUBLIC_STATES = {
    "live": [ShowState.LIVE, ShowState.INTERRUPTED],
    "scheduled": [ShowState.SCHEDULED],
    "ended": [ShowState.ENDED],
}

OWN_STATES = [state for state in ShowState if state is not ShowState.REHEARSAL]


@router.get(
    "/shows",
    responses=refusals(NotFound),
)
async def list_shows(
    session: SessionDep,
    urls: UrlsDep,
    state: Annotated[str | None, Query(pattern="^(live|scheduled|ended)$")] = None,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> ShowPage:
    """Shows that everybody may know of; drafts are nobody's business. Live includes interrupted."""
    states = (
        PUBLIC_STATES[state]
        if state
        else [known for group in PUBLIC_STATES.values() for known in group]
    )
    after = ids.parse("show", cursor) if cursor else None
    found = await service.list_shows(session, states=states, limit=limit + 1, after=after)
    return page_view(await service.with_shelves(session, found), limit, urls)


@router.get(
    "/shows/mine",
    responses=refusals(NotAuthenticated, NotFound),
)
async def list_own_shows(
    session: SessionDep,
    urls: UrlsDep,
    person: CurrentPerson,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> ShowPage:
    """The host's own, in every state, newest first."""
    if (mine := person.creator_id) is None:
        return ShowPage(items=[], next_cursor=None)
    after = ids.parse("show", cursor) if cursor else None
    found = await service.list_shows(
        session, states=OWN_STATES, host=mine, limit=limit + 1, after=after, newest_first=True
    )
    return page_view(await service.with_shelves(session, found), limit, urls)


@router.get(
    "/shows/{show_id}",
    responses=refusals(NotFound, ShowNotFound),
)
async def get_show(
    show_id: str, session: SessionDep, urls: UrlsDep, person: OptionalPerson
) -> ShowOut:
    """One show with its shelf; a draft only for its host."""
    show = await service.get_public_show(
        session, ids.parse("show", show_id), person=person, rehearsed=True
    )
    return show_view(await service.with_shelf(session, show), urls)


@router.get("/shows/{show_id}/next", responses=refusals(NotFound, ShowNotFound))
async def get_next_show(
    show_id: str, session: SessionDep, urls: UrlsDep, person: OptionalPerson
) -> NextShow:
    """What comes after this show: its host's next one, or else the soonest of all."""
    show = await service.get_public_show(session, ids.parse("show", show_id), person=person)
    following = await service.find_next(session, show)
    if following is None:
        return NextShow(show=None)
    return NextShow(show=show_view(await service.with_shelf(session, following), urls))


@router.post(
    "/shows",
    status_code=201,
    responses=refusals(NotAuthenticated, CsrfFailed, Forbidden, MarketUnknown, SlugTaken),
)
async def create_show(
    body: NewShow, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> ShowOut:
    """A draft, or a scheduled show when it has a time."""
    show = await service.create_show(session, person=person, new=body)
    return show_view(await service.with_shelf(session, show), urls)


@router.patch(
    "/shows/{show_id}",
    responses=refusals(*CHANGE, NotAllowedInState),
)
async def change_show(
    show_id: str, body: ShowChange, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> ShowOut:
    """New title, time or encoder delay."""
    show = await service.change_show(
        session, person=person, show_id=ids.parse("show", show_id), change=body
    )
    return show_view(await service.with_shelf(session, show), urls)


COVER_TYPES = ("image/jpeg", "image/png", "image/webp")
COVER_BODY: Document = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in COVER_TYPES
        },
    }
}
"""FastAPI would read a body that it knows of before it asks who is there."""


@router.put(
    "/shows/{show_id}/cover",
    responses=refusals(
        *CHANGE,
        PayloadTooLarge,
        RequestTimeout,
        CoverTypeUnsupported,
        CoverUnreadable,
        CoverTooManyPixels,
        CoverTooSmall,
    ),
    openapi_extra=COVER_BODY,
)
async def put_cover(
    show_id: str,
    request: Request,
    person: Caller,
    database: DatabaseDep,
    urls: UrlsDep,
    covers: CoversDep,
) -> ShowOut:
    """The picture that announces the show: a JPEG, PNG or WebP of at most 8 MiB and with no side
    under 320 pixels. It is stored as a JPEG of at most 1920 pixels, without metadata.
    """
    show = ids.parse("show", show_id)
    async with database.session() as session:
        await service.get_own_show(session, person=person, show_id=show)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in COVER_TYPES:
        raise CoverTypeUnsupported
    url = await covers.store(show, await request.body())
    async with database.session() as session:
        changed, before = await service.set_cover(session, person=person, show_id=show, url=url)
        view = show_view(await service.with_shelf(session, changed), urls)
    await covers.remove(before)
    return view


@router.delete("/shows/{show_id}/cover", responses=refusals(*CHANGE))
async def delete_cover(
    show_id: str, person: Caller, database: DatabaseDep, urls: UrlsDep, covers: CoversDep
) -> ShowOut:
    """The show is announced by its first product again; its picture is deleted."""
    show = ids.parse("show", show_id)
    async with database.session() as session:
        changed, before = await service.set_cover(session, person=person, show_id=show, url=None)
        view = show_view(await service.with_shelf(session, changed), urls)
    await covers.remove(before)
    return view


@router.post(
    "/shows/{show_id}/products",
    status_code=201,
    responses=refusals(*CHANGE, NotAllowedInState, ProductNotSellable, SkuConflict),
)
async def add_product(
    show_id: str, body: ShowProduct, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> ShowOut:
    """Put a product on the shelf, at its end."""
    product_id = ids.parse("prod", body.product_id)
    show = await service.add_product(
        session, person=person, show_id=ids.parse("show", show_id), product_id=product_id
    )
    return show_view(await service.with_shelf(session, show), urls)


@router.delete(
    "/shows/{show_id}/products/{product_id}",
    status_code=204,
    responses=refusals(*CHANGE, NotAllowedInState, ProductInDrop, StreamingUnavailable),
)
async def remove_product(
    show_id: str,
    product_id: str,
    person: Caller,
    database: DatabaseDep,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> None:
    """Take a product off the shelf and off the screen; what is held stays held. One whose drop has
    not ended stays.
    """
    show, product = ids.parse("show", show_id), ids.parse("prod", product_id)
    moment = await streaming.moment(show)
    async with database.session() as session:
        await service.remove_product(
            session, person=person, show_id=show, product_id=product, moment=moment
        )
        carried = await service.list_carried_cues(session, show)
    after.add_task(streaming.put_cues, show, carried)


@router.put(
    "/shows/{show_id}/products",
    responses=refusals(*CHANGE, NotAllowedInState, ShelfChanged),
)
async def arrange_products(
    show_id: str, body: ShelfOrder, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> ShowOut:
    """The whole shelf in its new order."""
    product_ids = [ids.parse("prod", product_id) for product_id in body.product_ids]
    show = await service.arrange_products(
        session, person=person, show_id=ids.parse("show", show_id), product_ids=product_ids
    )
    return show_view(await service.with_shelf(session, show), urls)


@router.put(
    "/shows/{show_id}/products/{product_id}/number",
    responses=refusals(*CHANGE, NotAllowedInState, ProductNotInShow, ItemNumberTaken),
)
async def number_product(
    show_id: str,
    product_id: str,
    body: NewItemNumber,
    session: SessionDep,
    urls: UrlsDep,
    person: CurrentPerson,
) -> ShowOut:
    """What people say and type for this product in this show: `mine 12`, `/12`."""
    show = await service.number_product(
        session,
        person=person,
        show_id=ids.parse("show", show_id),
        product_id=ids.parse("prod", product_id),
        item_number=body.item_number,
    )
    return show_view(await service.with_shelf(session, show), urls)


@router.post(
    "/shows/{show_id}/go-live",
    responses=refusals(*CHANGE, NotAllowedInState, SignalMissing, DisclosuresUnanswered),
)
async def go_live(
    show_id: str,
    session: SessionDep,
    urls: UrlsDep,
    person: CurrentPerson,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> ShowOut:
    """From here on everybody sees the picture."""
    show = await service.go_live(session, person=person, show_id=ids.parse("show", show_id))
    # After the commit, so that the report of the next second cannot take it back; without it the
    # second is only slower.
    carried = await service.list_carried_cues(session, show.id)
    after.add_task(streaming.put_cues, show.id, carried)
    after.add_task(streaming.set_state, show.id, show.state)
    return show_view(await service.with_shelf(session, show), urls)


@router.post(
    "/shows/{show_id}/end",
    responses=refusals(*CHANGE, NotAllowedInState),
)
async def end_show(
    show_id: str,
    session: SessionDep,
    urls: UrlsDep,
    person: CurrentPerson,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> ShowOut:
    """The show is over for good."""
    show = await service.end_show(session, person=person, show_id=ids.parse("show", show_id))
    after.add_task(streaming.set_state, show.id, show.state)
    return show_view(await service.with_shelf(session, show), urls)


@router.post("/shows/{show_id}/stream-key", status_code=201, responses=refusals(*CHANGE))
async def issue_stream_key(
    show_id: str, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> StreamKeyOut:
    """A new key for the camera, shown this once; the one before stops working."""
    show = await service.get_own_show(
        session, person=person, show_id=ids.parse("show", show_id), lock=True, rehearsed=True
    )
    return StreamKeyOut(
        rtmp_url=urls.rtmp, stream_key=await media.issue_stream_key(session, show.id)
    )


@router.post("/shows/{show_id}/publish-ticket", status_code=201, responses=refusals(*CHANGE))
async def issue_publish_ticket(
    show_id: str,
    request: Request,
    session: SessionDep,
    urls: UrlsDep,
    person: CurrentPerson,
    sign_in: OwnSignIn,
) -> PublishTicketOut:
    """What the host's own browser publishes with, instead of a stream key: it lasts a minute, ends
    with a sign-out, and is sent in the first message of the socket, never in an address.
    """
    show = await service.get_own_show(
        session, person=person, show_id=ids.parse("show", show_id), rehearsed=True
    )
    ticket = media.issue_ticket(request.app.state.settings.secret, show.id, sign_in)
    return publish_ticket_view(ticket, urls)


@router.get(
    "/shows/{show_id}/studio",
    responses=refusals(*OWN),
)
async def studio(
    show_id: str, request: Request, session: SessionDep, urls: UrlsDep, person: CurrentPerson
) -> StudioOut:
    """What the control room shows: the show, the signal and its health, refused publishers, the
    preview.
    """
    show = await service.get_own_show(
        session, person=person, show_id=ids.parse("show", show_id), rehearsed=True
    )
    ingest = await service.get_signal(session, show.id)
    token, _ = media.get_preview_tokens(request.app.state.settings.secret, show.id)
    view = show_view(await service.with_shelf(session, show), urls)
    rehearsal = await service.find_rehearsal(session, show.id)
    return studio_view(view, show.disclosures, ingest, urls, token, rehearsal)


@router.get("/shows/{show_id}/preflight", responses=refusals(*OWN))
async def check_before_going_live(
    show_id: str,
    request: Request,
    person: Caller,
    database: DatabaseDep,
    streaming: StreamingDep,
) -> PreflightOut:
    """What stands against going live, and what would be better: picture, sound, goods, websites,
    disclosures, other networks.
    """
    async with database.session() as session:
        show = await service.get_own_show(
            session, person=person, show_id=ids.parse("show", show_id)
        )
    # No connection to the database waits while the sound is measured.
    sound = await streaming.sound(show.id)
    async with database.session() as session:
        show = await service.get_own_show(session, person=person, show_id=show.id)
        found = await service.check_preflight(
            session, show, sound=sound, secret=request.app.state.settings.secret
        )
    return PreflightOut.model_validate(found)
