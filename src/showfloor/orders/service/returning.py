"""Goods come back: the buyer shows that they are on their way, the merchant says what arrived.
Money is given back by `refunding`; what is owed follows from both (`rules.owed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.money import Money
from showfloor.kit.outbox import publish
from showfloor.orders import queries, rules
from showfloor.orders.events import OrderReturned
from showfloor.orders.service.agreed import get_own_order, open_order, order_of_token
from showfloor.orders.service.shipping import lock_own_order
from showfloor.orders.types import Order, Return, ReturnProof, WantedReturn
from showfloor.orders.views import progress_of
from showfloor.stock import service as stock


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a merchant says that came back; `value_lost` None is nothing. `key` is the
    Idempotency-Key, `request` the fingerprint of what was asked.
    """

    pieces: tuple[WantedReturn, ...]
    value_lost: Money | None
    key: str
    request: bytes


async def receive_return(
    session: Session, *, person: Person, order_id: UUID, arrival: Arrival
) -> Order:
    """Pieces are back: those to be sold again are on sale at once. The order afterwards; the same
    key receives them once.

    Raises OrderNotFound, ReturnInvalid, IdempotencyConflict.
    """
    order = await lock_own_order(session, person, order_id)
    key = ids.digest(arrival.key)
    if (made := await queries.earlier_return(session, order_id, key)) is not None:
        if made != arrival.request:
            raise IdempotencyConflict
        return order
    pieces, lost = rules.plan_return(order, progress_of(order), arrival.pieces, arrival.value_lost)
    new = Return(ids.new(), pieces, lost, clock.now())
    await queries.add_return(session, order_id, new, key, arrival.request)
    await stock.put_back(session, rules.restocked(order, pieces))
    await publish(session, _returned(order, new))
    return await get_own_order(session, person=person, order_id=order_id)


def _returned(order: Order, new: Return) -> OrderReturned:
    return OrderReturned(
        order_id=order.id,
        merchant_id=order.merchant_id,
        return_id=new.id,
        units=sum(each.quantity for each in new.pieces.values()),
        damaged=sum(each.damaged for each in new.pieces.values()),
        at=new.at,
    )


async def prove_return(
    session: Session,
    *,
    secret: bytes,
    token: str,
    carrier: str,
    tracking: str,
    covers: int | None = None,
) -> ReturnProof:
    """The buyer shows that the goods are on their way back: the seller may not keep the money any
    longer for their sake (Directive 2011/83/EU art 13(3)). It is for the goods of the first
    `covers` withdrawals, or of all; saying so again corrects the number. The link outlives the
    buyer's data: once these were erased, carrier and number are not stored. Raises OrderNotFound,
    NothingToReturn.
    """
    # What the decision hangs on is read under the lock, and only then.
    await queries.lock_order(session, order_of_token(secret, token))
    order = await open_order(session, secret=secret, token=token)
    covers = covers or len(rules.withdrawals_of(order))
    rules.check_proof(order, covers)
    proof = rules.proof_of(order, carrier, tracking, clock.now(), covers)
    await queries.set_proof(session, order.id, proof)
    return proof
