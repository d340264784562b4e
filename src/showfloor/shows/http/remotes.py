"""Routes of a second device: what its host asks, and what the device itself may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from showfloor.identity.http import CurrentPerson, OwnSignIn
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.ids import parse
from showfloor.kit.openapi import refusals
from showfloor.media.errors import NotLive, StreamingUnavailable
from showfloor.shows import service
from showfloor.shows.errors import (
    CueNotFound,
    NotAllowedInState,
    ProductNotInShow,
    RemoteEnded,
    RemoteNotFound,
    RemoteTicketInvalid,
    TooManyPins,
    TooManyRemotes,
)
from showfloor.shows.http import CHANGE, OWN, StreamingDep, UrlsDep
from showfloor.shows.schemas import CueOut
from showfloor.shows.schemas.remotes import (
    RemoteOut,
    RemotePin,
    RemoteShowOut,
    RemotesOut,
    RemoteTicketIn,
    RemoteTicketOut,
    RemoteTokenOut,
)
from showfloor.shows.views import cue_view, remote_ticket_view, remote_view

router = APIRouter(prefix="/api/v1", tags=["shows"])
REMOTE_TOKEN = HTTPBearer(
    scheme_name="RemoteToken",
    auto_error=False,
    description="What a ticket became, `rc_…`: pins of one show and nothing else.",
)


async def get_token(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(REMOTE_TOKEN)],
) -> str:
    if given is None:
        raise RemoteEnded
    return given.credentials


TokenDep = Annotated[str, Depends(get_token)]


@router.post(
    "/shows/{show_id}/remotes",
    status_code=201,
    responses=refusals(*CHANGE, NotAllowedInState, TooManyRemotes),
)
async def invite_remote(
    show_id: str,
    session: SessionDep,
    urls: UrlsDep,
    person: CurrentPerson,
    sign_in: OwnSignIn,
) -> RemoteTicketOut:
    """A QR code that turns one phone or tablet into a remote control, within two minutes."""
    ticket = await service.invite_remote(
        session, person=person, show_id=parse("show", show_id), sign_in=sign_in
    )
    return remote_ticket_view(ticket, urls)


@router.get("/shows/{show_id}/remotes", responses=refusals(*OWN))
async def list_remotes(show_id: str, session: SessionDep, person: CurrentPerson) -> RemotesOut:
    """Devices that may pin, and tickets that wait."""
    found = await service.list_remotes(session, person=person, show_id=parse("show", show_id))
    return RemotesOut(items=[RemoteOut.model_validate(remote) for remote in found])


@router.delete(
    "/shows/{show_id}/remotes/{remote_id}",
    status_code=204,
    responses=refusals(*CHANGE, RemoteNotFound),
)
async def end_remote(
    show_id: str, remote_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """The device can do nothing from its next request on; a ticket that waits is withdrawn."""
    await service.end_remote(
        session,
        person=person,
        show_id=parse("show", show_id),
        remote_id=parse("rem", remote_id),
    )


@router.post("/remote", status_code=201, responses=refusals(RemoteTicketInvalid))
async def join_remote(body: RemoteTicketIn, session: SessionDep) -> RemoteTokenOut:
    """Use the ticket of a QR code, once."""
    return RemoteTokenOut(token=await service.join_remote(session, ticket=body.ticket))


@router.get("/remote", responses=refusals(RemoteEnded))
async def get_remote_show(session: SessionDep, token: TokenDep) -> RemoteShowOut:
    """The show of this remote."""
    return remote_view(await service.view_by_remote(session, token=token))


@router.post(
    "/remote/pins",
    status_code=201,
    responses=refusals(
        RemoteEnded, NotFound, ProductNotInShow, TooManyPins, NotLive, StreamingUnavailable
    ),
)
async def pin_by_remote(
    body: RemotePin,
    token: TokenDep,
    database: DatabaseDep,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> CueOut:
    """Pin a product on the newest frame of the remote's show."""
    product = parse("prod", body.product_id)
    async with database.session() as session:
        remote, _ = await service.get_remote(session, token=token)
    moment = await streaming.moment(remote.show_id)
    async with database.session() as session:
        cue = await service.pin_by_remote(
            session,
            token=token,
            product_id=product,
            moment=moment,
            replace_others=body.replace,
        )
        carried = await service.list_carried_cues(session, remote.show_id)
    after.add_task(streaming.put_cues, remote.show_id, carried)
    return cue_view(cue)


@router.post(
    "/remote/pins/{cue_id}/end",
    responses=refusals(RemoteEnded, NotFound, CueNotFound, StreamingUnavailable),
)
async def unpin_by_remote(
    cue_id: str,
    token: TokenDep,
    database: DatabaseDep,
    streaming: StreamingDep,
    after: BackgroundTasks,
) -> CueOut:
    """Take a pin of the remote's show off the screen; ending twice changes nothing."""
    cue = parse("cue", cue_id)
    async with database.session() as session:
        remote, _ = await service.get_remote(session, token=token)
    moment = await streaming.moment(remote.show_id)
    async with database.session() as session:
        ended = await service.unpin_by_remote(session, token=token, cue_id=cue, moment=moment)
        carried = await service.list_carried_cues(session, remote.show_id)
    after.add_task(streaming.put_cues, remote.show_id, carried)
    return cue_view(ended)
