"""A hold from its taking to its end, and the stock beside it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.catalog.service import check_own_variants
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.stock import queries, rules
from showfloor.stock.errors import HoldExpired, HoldSettled, StockCommitted
from showfloor.stock.rules import EXTENSION_SECONDS
from showfloor.stock.types import Hold, LineState, Stock

KEPT_FOR = timedelta(days=2)
_BATCH = 500


async def find_by_key(session: Session, *, scope: UUID, key: str, request: bytes) -> Hold | None:
    """The hold taken under this key; raises IdempotencyConflict when it was for another request."""
    found = await queries.hold_by_key(session, rules.key_of(scope, key))
    if found is None:
        return None
    hold, first_request = found
    if first_request != request:
        raise IdempotencyConflict
    return hold


async def get_hold(session: Session, hold_id: UUID) -> Hold | None:
    return await queries.hold_by_id(session, hold_id)


async def require_open(session: Session, hold_id: UUID, *, lock: bool = False) -> Hold:
    """Raises HoldExpired when the goods are gone or the deadline has passed."""
    hold = await queries.hold_by_id(session, hold_id, lock=lock)
    if hold is None or not hold.is_open:
        raise HoldExpired
    return hold


async def lock_hold(session: Session, hold_id: UUID) -> Hold | None:
    """The hold, whose goods nobody can take back until this transaction ends."""
    return await queries.hold_by_id(session, hold_id, lock=True)


async def extend_once(session: Session, hold_id: UUID) -> Hold:
    """The buyer began to pay: 120 s more, the first time.

    Raises HoldExpired when the deadline has passed.
    """
    await require_open(session, hold_id, lock=True)
    await queries.extend(session, hold_id, EXTENSION_SECONDS)
    return await require_open(session, hold_id)


async def settle(session: Session, hold_id: UUID) -> None:
    """Held becomes sold; call it last, the hot rows stay locked until the commit. Raises
    HoldExpired, changing nothing.

    A hold whose deadline passed while nobody took its goods back still settles: that is good for
    the buyer and oversells nothing.
    """
    hold = await queries.hold_by_id(session, hold_id, lock=True)
    if hold is None or hold.state is not LineState.HELD:
        raise HoldExpired
    await queries.move_stock(
        session, await queries.move_lines(session, hold_id, LineState.SETTLED), sold=True
    )


async def release(session: Session, hold_id: UUID) -> None:
    """The owner gives the goods back; doing so twice is fine. Raises HoldSettled."""
    hold = await queries.hold_by_id(session, hold_id, lock=True)
    if hold is not None and hold.state is LineState.SETTLED:
        raise HoldSettled
    await queries.move_stock(
        session, await queries.move_lines(session, hold_id, LineState.RELEASED), sold=False
    )


async def release_expired(session: Session) -> int:
    """Pieces that went back because their hold ran out; the worker calls this all the time."""
    released = await queries.release_due(session, _BATCH)
    await queries.move_stock(session, released, sold=False)
    return sum(released.values())


async def next_expiry(session: Session) -> datetime | None:
    """When the next of the holds that are open runs out."""
    return await queries.next_expiry(session)


async def forget_old_holds(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_holds_before(session, clock.now() - KEPT_FOR)


async def stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """Unknown ids are left out: of those there is nothing."""
    return await queries.stock_of(session, variant_ids)


async def set_on_hand(session: Session, *, person: Person, variant_id: UUID, on_hand: int) -> None:
    """How many there are in all, sold ones included.

    Raises VariantNotFound for a foreign variant, StockCommitted.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    if on_hand < 0 or not await queries.set_on_hand(session, variant_id, on_hand):
        raise StockCommitted


def hold_token(secret: bytes, hold_id: UUID) -> str:
    return rules.hold_token(secret, hold_id)


def hold_of_token(secret: bytes, token: str | None) -> UUID:
    """Raises HoldTokenInvalid."""
    return rules.verify(secret, token)
