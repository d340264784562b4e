"""Purchases whose buyer may be a child (`privacy`, suspicions)."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.orders import queries
from showfloor.orders.service.agreed import find_order, get_own_order
from showfloor.privacy import service as privacy
from showfloor.privacy.types.cases import About, Source, Suspicion
from showfloor.privacy.types.evidence import Actor


async def suspect_buyer(session: Session, *, person: Person, order_id: UUID) -> None:
    """A merchant says that a buyer may be a child. Raises OrderNotFound."""
    order = await get_own_order(session, person=person, order_id=order_id)
    about, subject_id = About.ORDER, order.id
    if order.buyer is not None and order.buyer.viewer_id is not None:
        about, subject_id = About.ACCOUNT, order.buyer.viewer_id
    await privacy.report_suspicion(session, Suspicion(about, subject_id, Source.ORDER, Actor.TEAM))


async def limit_order(session: Session, order_id: UUID) -> bool:
    """Whoever bought as a guest has nothing that could be limited: each purchase asks anew. False
    when nobody knows any more who it was.
    """
    return await _email_of(session, order_id) is not None


async def lift_order(_session: Session, _order_id: UUID) -> None:
    """Nothing was limited."""


async def purge_order(session: Session, order_id: UUID, _secret: str) -> int | None:
    """Who bought this is forgotten; None while goods that were paid are still to be sent. Others
    may have the address that was typed: nothing else under it is touched.
    """
    return await queries.erase_order(session, order_id)


async def contact_order(session: Session, order_id: UUID, _secret: str) -> str | None:
    """The address that the buyer gave."""
    return await _email_of(session, order_id)


async def _email_of(session: Session, order_id: UUID) -> str | None:
    order = await find_order(session, order_id)
    return order.buyer.email if order is not None and order.buyer is not None else None
