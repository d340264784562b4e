"""Orders of a viewer's account: bought while signed in, or claimed by the link of their mail."""

from __future__ import annotations

from uuid import UUID

from showfloor.kit.db import Session
from showfloor.orders import queries
from showfloor.orders.errors import OrderClaimed
from showfloor.orders.service.agreed import open_order
from showfloor.orders.types import Order, Page
from showfloor.viewers.types import Viewer


async def list_of_viewer(
    session: Session, *, viewer: Viewer, limit: int = 20, cursor: UUID | None = None
) -> Page:
    """Newest first."""
    found = await queries.ids_of_viewer(session, viewer.id, cursor, limit + 1)
    page = tuple(await queries.orders_by_id(session, found[:limit]))
    return Page(page, found[limit - 1] if len(found) > limit else None)


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
