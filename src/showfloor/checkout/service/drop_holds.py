"""Pieces of a drop are held for a buyer, at the drop's price."""

from __future__ import annotations

from uuid import UUID

from showfloor.checkout.errors import NotForSale
from showfloor.checkout.service.drop_door import DropDoor
from showfloor.checkout.service.holds import HoldRequest, check_delivered, check_total
from showfloor.checkout.service.shelf import Shelf
from showfloor.kit.db import Database
from showfloor.offers import service as drops
from showfloor.offers.errors import DropLimitReached, DropNotFound, DropSoldOut
from showfloor.offers.types import Turn, Wanted
from showfloor.stock.types import Hold, Line


async def hold_in_drop(
    database: Database,
    door: DropDoor,
    shelf: Shelf,
    wanted: HoldRequest,
    *,
    drop_id: UUID,
    viewer_id: UUID | None,
    seconds: int,
) -> Hold:
    """The price that is frozen is the drop's; `seconds` is how long other goods are held. What was
    refused for the limit or because nothing is free stands in the drop's log. Before its turn
    nobody has a connection, and who comes too early or too often does not stand in line.

    Raises ShowNotFound, RateLimited, DropNotFound, NotForSale, PriceMismatch, NotDelivered,
    DropNotOpen, DropClosed, DropLimitReached, DropSoldOut, DropNetworkLimitReached,
    IdempotencyConflict, Busy.
    """
    offers = await shelf.offers(wanted.show_id)
    door.check_pace(wanted.show_id, wanted.caller.client)
    async with database.transaction() as connection:
        drop = await drops.find_drop(connection, drop_id)
    if drop.show_id != wanted.show_id:
        raise DropNotFound
    [(sku, pieces), *others] = wanted.lines
    if others or sku != drop.sku or not offers.open or sku not in offers.by_sku:
        raise NotForSale(extra={"skus": [sku for sku, _ in wanted.lines]})
    check_total([Line(drop.variant_id, sku, pieces, drop.price)], wanted.expected_total)
    if wanted.deliver_to is not None:
        check_delivered(offers, [sku], wanted.deliver_to)
    asked = Wanted(drop_id, pieces, wanted.caller, wanted.key, wanted.request, viewer_id)
    async with door.turn(drop_id), database.transaction() as connection:
        turn, hold = await drops.take(connection, asked, context=offers.context, seconds=seconds)
    # Committed: the refusal is in the log.
    if turn is Turn.LIMIT:
        raise DropLimitReached(pieces=drop.per_person)
    if hold is None:
        raise DropSoldOut
    return hold
