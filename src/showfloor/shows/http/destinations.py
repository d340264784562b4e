"""Routes of a show's destinations on other networks. They stand here because they must know who
runs the show.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit.http import SessionDep
from showfloor.kit.ids import parse
from showfloor.kit.openapi import refusals
from showfloor.media import service as media
from showfloor.media.errors import (
    DestinationAddressInvalid,
    DestinationNotFound,
    DisclosureNotBurntIn,
    PlatformForbidden,
    PlatformUnknown,
    ShopSimulcastForbidden,
    TooManyDestinations,
)
from showfloor.media.schemas import (
    DestinationChange,
    DestinationOut,
    DestinationsOut,
    NewDestination,
    PlatformsOut,
)
from showfloor.media.views import destination_view, platforms_view
from showfloor.shows import service
from showfloor.shows.errors import NotAllowedInState
from showfloor.shows.http import CHANGE, OWN

router = APIRouter(prefix="/api/v1", tags=["destinations"])


async def get_secret(request: Request) -> str:
    secret: str = request.app.state.settings.secret
    return secret


async def get_own_hosts(request: Request) -> frozenset[str]:
    own_hosts: frozenset[str] = request.app.state.settings.own_hosts
    return own_hosts


SecretDep = Annotated[str, Depends(get_secret)]
OwnHostsDep = Annotated[frozenset[str], Depends(get_own_hosts)]
ONE = (*CHANGE, DestinationNotFound)


@router.get("/platforms", responses=refusals(NotAuthenticated))
async def list_platforms(session: SessionDep, person: CurrentPerson) -> PlatformsOut:
    """Networks whose address and rules are known, and which of them the operator forbids."""
    return platforms_view(await media.list_platforms(session))


@router.put(
    "/platforms/{platform}/ban",
    status_code=204,
    responses=refusals(NotAuthenticated, CsrfFailed, Forbidden, PlatformUnknown),
)
async def forbid_platform(platform: str, session: SessionDep, person: CurrentPerson) -> None:
    """For operators: no show is sent to this network, also none that is on the air."""
    _need_operator(person.is_operator)
    await media.forbid_platform(session, platform)


@router.delete(
    "/platforms/{platform}/ban",
    status_code=204,
    responses=refusals(NotAuthenticated, CsrfFailed, Forbidden, PlatformUnknown),
)
async def allow_platform(platform: str, session: SessionDep, person: CurrentPerson) -> None:
    """For operators: hosts may send to this network again."""
    _need_operator(person.is_operator)
    await media.allow_platform(session, platform)


@router.get("/shows/{show_id}/destinations", responses=refusals(*OWN))
async def list_destinations(
    show_id: str, session: SessionDep, person: CurrentPerson, secret: SecretDep
) -> DestinationsOut:
    """Where the show goes, how each destination is, and what stands against it."""
    show = await service.get_own_show(session, person=person, show_id=parse("show", show_id))
    views = await media.list_destinations(
        session,
        show_id=show.id,
        broadcast=await service.get_broadcast(session, show),
        secret=secret,
    )
    return DestinationsOut(items=[destination_view(view) for view in views])


@router.post(
    "/shows/{show_id}/destinations",
    status_code=201,
    responses=refusals(
        *CHANGE,
        NotAllowedInState,
        PlatformUnknown,
        DestinationAddressInvalid,
        TooManyDestinations,
    ),
)
async def add_destination(
    show_id: str,
    body: NewDestination,
    session: SessionDep,
    person: CurrentPerson,
    secret: SecretDep,
    own_hosts: OwnHostsDep,
) -> DestinationOut:
    """One more network. Its key is encrypted and never shown again; nothing is sent before it is
    started.
    """
    show = await service.get_show_to_send(session, person=person, show_id=parse("show", show_id))
    added = await media.add_destination(
        session,
        show_id=show.id,
        platform=body.platform,
        name=body.name,
        url=body.url,
        key=body.key,
        secret=secret,
        own_hosts=own_hosts,
    )
    return destination_view(await service.get_destination(session, show, added.id, secret=secret))


@router.patch(
    "/shows/{show_id}/destinations/{destination_id}",
    responses=refusals(*ONE, NotAllowedInState, DestinationAddressInvalid),
)
async def change_destination(
    show_id: str,
    destination_id: str,
    body: DestinationChange,
    session: SessionDep,
    person: CurrentPerson,
    secret: SecretDep,
    own_hosts: OwnHostsDep,
) -> DestinationOut:
    """Another name, address or key; one that runs is connected anew."""
    show = await service.get_show_to_send(session, person=person, show_id=parse("show", show_id))
    changed = await media.change_destination(
        session,
        show_id=show.id,
        destination_id=parse("dest", destination_id),
        name=body.name,
        url=body.url,
        key=body.key,
        secret=secret,
        own_hosts=own_hosts,
    )
    return destination_view(await service.get_destination(session, show, changed.id, secret=secret))


@router.delete(
    "/shows/{show_id}/destinations/{destination_id}",
    status_code=204,
    responses=refusals(*ONE),
)
async def delete_destination(
    show_id: str, destination_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """It is stopped, and its key is deleted."""
    show = await service.get_own_show(
        session, person=person, show_id=parse("show", show_id), lock=True
    )
    await media.remove_destination(
        session, show_id=show.id, destination_id=parse("dest", destination_id)
    )


@router.post(
    "/shows/{show_id}/destinations/{destination_id}/start",
    responses=refusals(
        *ONE,
        NotAllowedInState,
        PlatformForbidden,
        ShopSimulcastForbidden,
        DisclosureNotBurntIn,
    ),
)
async def start_destination(
    show_id: str,
    destination_id: str,
    session: SessionDep,
    person: CurrentPerson,
    secret: SecretDep,
) -> DestinationOut:
    """Send the show there while it is on the air; one that gave up tries again."""
    show = await service.get_show_to_send(session, person=person, show_id=parse("show", show_id))
    started = await media.start_destination(
        session,
        show_id=show.id,
        destination_id=parse("dest", destination_id),
        broadcast=await service.get_broadcast(session, show),
    )
    return destination_view(await service.get_destination(session, show, started.id, secret=secret))


@router.post("/shows/{show_id}/destinations/{destination_id}/stop", responses=refusals(*ONE))
async def stop_destination(
    show_id: str,
    destination_id: str,
    session: SessionDep,
    person: CurrentPerson,
    secret: SecretDep,
) -> DestinationOut:
    """Stopping twice changes nothing."""
    show = await service.get_own_show(
        session, person=person, show_id=parse("show", show_id), lock=True
    )
    stopped = await media.stop_destination(
        session, show_id=show.id, destination_id=parse("dest", destination_id)
    )
    return destination_view(await service.get_destination(session, show, stopped.id, secret=secret))


def _need_operator(is_operator: bool) -> None:
    if not is_operator:
        raise Forbidden
