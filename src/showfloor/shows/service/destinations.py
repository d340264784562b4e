"""What other networks' rules ask about a show; `media` knows the rules."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit.contract import DestinationOrder
from showfloor.kit.db import Session
from showfloor.media import service as media
from showfloor.media.errors import DestinationNotFound
from showfloor.media.types import Broadcast, DestinationView
from showfloor.shows import queries
from showfloor.shows.errors import NotAllowedInState
from showfloor.shows.service.access import get_own_show
from showfloor.shows.types import Disclosure, Show


async def get_broadcast(session: Session, show: Show) -> Broadcast:
    """A paid partnership counts from the moment its host says so, before going live or during the
    show, to the end of the show: frames that were sent cannot be taken back.
    """
    ingest = await media.get_ingest(session, show.id)
    video = ingest.health.video if ingest.health is not None else None
    ratio = show.picture_ratio
    return Broadcast(
        sells=bool(show.product_ids),
        paid_partnership=Disclosure.PAID_PARTNERSHIP in (show.disclosures or ())
        or await queries.has_paid_partnership(session, show.id),
        portrait=ratio < 1 if ratio is not None else None,
        kbps=video.bitrate // 1000 if video is not None else None,
    )


async def list_orders(session: Session, show_id: UUID, *, secret: str) -> list[DestinationOrder]:
    """Where `streaming` should send the show."""
    show = await queries.show(session, show_id)
    if show is None:
        return []
    broadcast = await get_broadcast(session, show)
    return await media.list_orders(session, show_id=show_id, broadcast=broadcast, secret=secret)


async def get_show_to_send(session: Session, *, person: Person, show_id: UUID) -> Show:
    """A show of this person that can still be sent somewhere, locked. Raises ShowNotFound,
    NotAllowedInState.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if show.state.over:
        raise NotAllowedInState
    return show


async def get_destination(
    session: Session, show: Show, destination_id: UUID, *, secret: str
) -> DestinationView:
    """Raises DestinationNotFound."""
    broadcast = await get_broadcast(session, show)
    views = await media.list_destinations(
        session, show_id=show.id, broadcast=broadcast, secret=secret
    )
    for view in views:
        if view.destination.id == destination_id:
            return view
    raise DestinationNotFound
