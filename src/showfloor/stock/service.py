"""Use cases of `stock`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from showfloor.catalog.service import check_own_variants
from showfloor.identity.types import Person
from showfloor.kit import clock, ids, money
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.stock import queries, rules
from showfloor.stock.errors import HoldExpired, HoldSettled, LimitReached, SoldOut, StockCommitted
from showfloor.stock.rules import EXTENSION_SECONDS, MOST_OPEN_HOLDS, MOST_PIECES
from showfloor.stock.types import Hold, Line, LineState, Stock

KEPT_FOR = timedelta(days=2)
_BATCH = 500


async def reserve(
    database: Database, *, scope: UUID, previous: UUID | None, key: str, request: bytes, lines: Sequence[Line], seconds: int
) -> Hold:
    """Hold the goods for `seconds`, all or nothing. The same `key` and `request` (a fingerprint) get the first hold again.

    `previous` is an earlier hold of the same guest. The prices in `lines` are frozen for the life of the hold.
    Raises SoldOut, LimitReached, IdempotencyConflict, Busy. Not in a session: the statement is a transaction of its own.
    """
    rules.check_pieces(lines)
    hold_id = ids.new()
    total = money.total([line.total for line in lines], lines[0].unit_price.currency)
    wanted = queries.Wanted(
        id=hold_id,
        scope=scope,
        guest=ids.digest(hold_id.hex),
        previous=previous,
        key=_key(scope, key),
        request=request,
        lines=tuple(sorted(lines, key=lambda line: line.variant_id)),
        total=total,
        seconds=seconds,
    )
    taken = await queries.take(database, wanted)
    if taken.expires_at is not None:
        return Hold(hold_id, scope, tuple(lines), total, taken.expires_at, LineState.HELD)
    if not taken.known:
        _refuse(taken, lines)
    return await _first_hold(database, scope=scope, key=key, request=request)


def _refuse(taken: queries.Taken, lines: Sequence[Line]) -> None:
    """Nothing, when the only reason left is another request with the same key that came first by a hair."""
    if taken.limited:
        raise LimitReached(pieces=MOST_PIECES, holds=MOST_OPEN_HOLDS)
    if taken.short:
        short = [{"sku": line.sku, "available": max(taken.short[line.variant_id], 0)} for line in lines if line.variant_id in taken.short]
        raise SoldOut(extra={"lines": short})


async def _first_hold(database: Database, *, scope: UUID, key: str, request: bytes) -> Hold:
    async with database.session() as session:
        hold = await find_by_key(session, scope=scope, key=key, request=request)
    assert hold is not None, "a key that conflicts belongs to a committed hold"
    return hold


async def find_by_key(session: Session, *, scope: UUID, key: str, request: bytes) -> Hold | None:
    """The hold taken under this key; raises IdempotencyConflict when it was for another request."""
    found = await queries.hold_by_key(session, _key(scope, key))
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
    """The buyer began to pay: 120 s more, the first time. Raises HoldExpired when the deadline has passed."""
    await require_open(session, hold_id, lock=True)
    await queries.extend(session, hold_id, EXTENSION_SECONDS)
    return await require_open(session, hold_id)


async def settle(session: Session, hold_id: UUID) -> None:
    """Held becomes sold; call it last, the hot rows stay locked until the commit. Raises HoldExpired, changing nothing.

    A hold whose deadline passed while nobody took its goods back still settles: that is good for the buyer and oversells nothing.
    """
    hold = await queries.hold_by_id(session, hold_id, lock=True)
    if hold is None or hold.state is not LineState.HELD:
        raise HoldExpired
    await queries.move_stock(session, await queries.move_lines(session, hold_id, LineState.SETTLED), sold=True)


async def release(session: Session, hold_id: UUID) -> None:
    """The owner gives the goods back; doing so twice is fine. Raises HoldSettled."""
    hold = await queries.hold_by_id(session, hold_id, lock=True)
    if hold is not None and hold.state is LineState.SETTLED:
        raise HoldSettled
    await queries.move_stock(session, await queries.move_lines(session, hold_id, LineState.RELEASED), sold=False)


async def release_expired(session: Session) -> int:
    """Pieces that went back because their hold ran out; the worker calls this all the time."""
    released = await queries.release_due(session, _BATCH)
    await queries.move_stock(session, released, sold=False)
    return sum(released.values())


async def forget_old_holds(session: Session) -> None:
    await queries.remove_holds_before(session, clock.now() - KEPT_FOR)


async def stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """Unknown ids are left out: of those there is nothing."""
    return await queries.stock_of(session, variant_ids)


async def set_on_hand(session: Session, *, person: Person, variant_id: UUID, on_hand: int) -> None:
    """How many there are in all, sold ones included. Raises VariantNotFound for a foreign variant, StockCommitted."""
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    if on_hand < 0 or not await queries.set_on_hand(session, variant_id, on_hand):
        raise StockCommitted


def hold_token(secret: bytes, hold_id: UUID) -> str:
    return rules.hold_token(secret, hold_id)


def hold_of_token(secret: bytes, token: str | None) -> UUID:
    """Raises HoldTokenInvalid."""
    return rules.verify(secret, token)


def _key(scope: UUID, key: str) -> bytes:
    return ids.digest(f"{scope.hex}:{key}")
