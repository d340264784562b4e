"""What was held for who waited in line is taken to a purchase."""

from __future__ import annotations

from uuid import UUID

from showfloor.kit.db import Session
from showfloor.offers import service as offers
from showfloor.offers.types.waiting import TakenPiece
from showfloor.orders import service as orders
from showfloor.stock.errors import LimitReached
from showfloor.stock.types import Hold
from showfloor.viewers.types import Viewer


async def take_waited(
    session: Session, *, place_id: UUID, viewer: Viewer | None = None, client: bytes | None
) -> Hold:
    """As `offers.fetch_piece`. A merchant's limit for each buyer holds here as for every hold: the
    account has bought fewer in the show.

    Raises WaitNotFound, WaitHeld, WaitPaying, LimitReached, NetworkLimitReached; then nothing has
    changed.
    """
    taken = await offers.fetch_piece(session, place_id=place_id, viewer=viewer, client=client)
    await _check_limit(session, taken)
    return taken.hold


async def _check_limit(session: Session, taken: TakenPiece) -> None:
    hold = taken.hold
    if taken.buyer_limit is None or hold.context.show_id is None:
        return
    for line in hold.lines:
        bought = await orders.pieces_bought(
            session,
            taken.viewer_id,
            show_id=hold.context.show_id,
            variant_id=line.variant_id,
        )
        if bought + line.quantity > taken.buyer_limit:
            raise LimitReached(pieces=taken.buyer_limit)
