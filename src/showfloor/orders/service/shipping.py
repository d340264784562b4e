"""Sending: parcels, and that they arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.outbox import publish
from showfloor.orders import queries, rules
from showfloor.orders.errors import DeliveryInvalid, ShipmentNotFound
from showfloor.orders.events import OrderDelivered, OrderShipped
from showfloor.orders.service.agreed import get_own_order
from showfloor.orders.types import Order, Shipment
from showfloor.orders.views import progress_of


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a merchant says of a parcel: `pieces` by SKU, None for all that is left to send. `key`
    is the Idempotency-Key, `request` the fingerprint of what was asked.
    """

    pieces: Mapping[str, int] | None
    carrier: str
    tracking: str | None
    key: str
    request: bytes


async def lock_own_order(session: Session, person: Person, order_id: UUID) -> Order:
    """What is decided about an order is decided by one at a time. Raises OrderNotFound."""
    await get_own_order(session, person=person, order_id=order_id)
    await queries.lock_order(session, order_id)
    # Read again: what was decided by whoever had the lock is known only now.
    return await get_own_order(session, person=person, order_id=order_id)


async def ship(session: Session, *, person: Person, order_id: UUID, parcel: Parcel) -> Order:
    """A parcel was handed over; the order afterwards. The same key sends it once.

    Raises OrderNotFound, WithdrawnOrder, ShipmentInvalid, IdempotencyConflict.
    """
    order = await lock_own_order(session, person, order_id)
    key = ids.digest(parcel.key)
    if (made := await queries.earlier_shipment(session, order_id, key)) is not None:
        if made != parcel.request:
            raise IdempotencyConflict
        return order
    stands = progress_of(order)
    if parcel.pieces is None:
        pieces = {at: line.sendable for at, line in enumerate(stands.lines) if line.sendable}
    else:
        pieces = rules.positions_of(order, parcel.pieces)
    rules.check_shipment(order, stands, pieces)
    now = clock.now()
    # Of an order whose buyer was erased no number is stored that leads to the buyer.
    tracking = parcel.tracking if order.buyer else None
    new = Shipment(ids.new(), pieces, parcel.carrier, tracking, now)
    await queries.add_shipment(session, order_id, new, key, parcel.request)
    units = sum(pieces.values())
    is_complete = units == stands.sendable
    shipped = OrderShipped(order_id, order.merchant_id, new.id, units, is_complete, now)
    await publish(session, shipped)
    return await get_own_order(session, person=person, order_id=order_id)


async def mark_delivered(
    session: Session, *, person: Person, order_id: UUID, shipment_id: UUID, at: datetime | None
) -> Order:
    """A parcel arrived, now if `at` is None; what was said first stays, because the buyer's days to
    withdraw count from it. Raises OrderNotFound, ShipmentNotFound, DeliveryInvalid.
    """
    order, now = await lock_own_order(session, person, order_id), clock.now()
    found = next((each for each in order.shipments if each.id == shipment_id), None)
    if found is None:
        raise ShipmentNotFound
    if found.delivered_at is not None:
        return order
    delivered_at = at or now
    if not found.shipped_at <= delivered_at <= now:
        raise DeliveryInvalid
    await queries.set_delivered(session, shipment_id, delivered_at)
    await publish(session, OrderDelivered(order_id, order.merchant_id, shipment_id, delivered_at))
    return await get_own_order(session, person=person, order_id=order_id)
