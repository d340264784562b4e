"""Orders of a viewer's account: bought while signed in, or claimed by the link of their mail."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from showfloor.kit.db import Connection, Session
from showfloor.orders import queries, rules
from showfloor.orders.errors import OrderClaimed, OrderNotFound
from showfloor.orders.service.agreed import open_order
from showfloor.orders.types import Fulfilment, Order, Page
from showfloor.orders.views import progress_of
from showfloor.viewers.types import Viewer

MOST_LOOKED_AT = 20
"""Of an account's newest orders, to find one that still holds."""


async def list_of_viewer(
    session: Session, *, viewer: Viewer, limit: int = 20, cursor: UUID | None = None
) -> Page:
    """Newest first."""
    found = await queries.ids_of_viewer(session, viewer.id, cursor, limit + 1)
    page = tuple(await queries.orders_by_id(session, found[:limit]))
    return Page(page, found[limit - 1] if len(found) > limit else None)


async def has_bought(session: Session, *, viewer_id: UUID, merchant_ids: Collection[UUID]) -> bool:
    """Whether the account has an order at one of these sellers that still holds."""
    found = await queries.ids_bought_from(session, viewer_id, merchant_ids, MOST_LOOKED_AT)
    return any(_holds(order) for order in await queries.orders_by_id(session, found))


async def has_ordered(
    connection: Connection, *, merchant_id: UUID, email: str, viewer_id: UUID | None
) -> bool:
    """Whether this seller has an order of the account, or under the address, whatever became of
    it.
    """
    return await queries.has_ordered(connection, merchant_id, email, viewer_id)


async def proves_purchase(
    session: Session, *, secret: bytes, token: str, merchant_ids: Collection[UUID]
) -> bool:
    """The same for a guest, by the link of an order's page, which is its buyer's alone."""
    try:
        order = await open_order(session, secret=secret, token=token)
    except OrderNotFound:
        return False
    return order.merchant_id in merchant_ids and _holds(order)


def _holds(order: Order) -> bool:
    """An order is placed once it is paid; a cancelled one is paid no more, and who withdrew from
    all of it keeps nothing.
    """
    if progress_of(order).fulfilment is Fulfilment.CANCELLED:
        return False
    return order.withdrawn_at is None or bool(order.kept) or bool(rules.open_pieces(order))


async def claim(session: Session, *, viewer: Viewer, secret: bytes, token: str) -> Order:
    """A guest's order becomes the account's, for whoever has the link of its mail; that the
    addresses are the same proves nothing, as nobody verified the one of the order. Claiming twice
    is claiming once.

    Raises OrderNotFound, OrderClaimed (it belongs to another account, or its buyer was erased).
    """
    order = await open_order(session, secret=secret, token=token)
    if not await queries.claim_order(session, order.id, viewer.id):
        raise OrderClaimed
    return order


async def pieces_bought(
    session: Session, viewer_id: UUID, *, show_id: UUID, variant_id: UUID
) -> int:
    """How many pieces of a variant an account has bought in a show, also what was given back."""
    return await queries.pieces_bought(session, viewer_id, show_id, variant_id)
