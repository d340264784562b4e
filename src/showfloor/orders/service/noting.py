"""Notes about an order, between the merchant's people."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.orders import queries
from showfloor.orders.service.agreed import get_own_order
from showfloor.orders.types import Note


async def add_note(session: Session, *, person: Person, order_id: UUID, text: str) -> list[Note]:
    """All notes afterwards. A note goes with the order's buyer; one that comes later, when its own
    time is over. Raises OrderNotFound.
    """
    await get_own_order(session, person=person, order_id=order_id)
    await queries.add_note(session, order_id, Note(ids.new(), text, clock.now()))
    return await queries.notes_of(session, order_id)


async def list_notes(session: Session, *, person: Person, order_id: UUID) -> list[Note]:
    """Oldest first. Raises OrderNotFound."""
    await get_own_order(session, person=person, order_id=order_id)
    return await queries.notes_of(session, order_id)
