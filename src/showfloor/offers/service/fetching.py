"""Whoever a piece is held for takes it to a purchase."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from showfloor.kit.db import Session
from showfloor.offers.errors import WaitHeld, WaitNotFound, WaitPaying
from showfloor.offers.queries import waiting as queries
from showfloor.offers.types.waiting import PlaceState, TakenPiece
from showfloor.stock import service as stock
from showfloor.viewers.types import Viewer


async def fetch_piece(
    session: Session, *, place_id: UUID, viewer: Viewer | None = None, client: bytes | None
) -> TakenPiece:
    """What is held in a place, under a fresh id: the purchase is theirs alone who took it last.
    Whoever had it before, in another browser, sees nothing of what becomes of it and can change
    nothing of it. `viewer` is who asks, if not by the token of the place; `client` the network.

    Locks: the list, the lines of the hold, stock.

    Raises WaitNotFound, also for what is over, WaitHeld for what is bought, WaitPaying while a
    payment for it is under way, NetworkLimitReached; then nothing has changed.
    """
    found = await queries.place(session, place_id)
    if found is None or (viewer is not None and found.viewer_id != viewer.id):
        raise WaitNotFound
    locked = await queries.lock_list(session, found.list_id)
    place = await queries.place(session, place_id)
    if locked is None or place is None:
        raise WaitNotFound
    if place.state is PlaceState.BOUGHT:
        raise WaitHeld
    if place.state is not PlaceState.OFFERED or place.hold_id is None:
        raise WaitNotFound
    variant_id = locked.waiting.variant_id
    await stock.lock_held(session, [place.hold_id], [variant_id])
    if await stock.being_paid(session, [place.hold_id]):
        raise WaitPaying
    taken = await stock.hold_anew(session, place.hold_id, variant_id=variant_id, client=client)
    if taken is None:
        raise WaitNotFound
    hold, buyer_limit = taken
    await queries.save_place(session, replace(place, hold_id=hold.id))
    return TakenPiece(hold, place.viewer_id, buyer_limit)
