"""A hold from its taking to its end, and the stock beside it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.catalog.service import check_own_variants
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Asked, Connection, Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.notify import wake
from showfloor.kit.retention import kept_for
from showfloor.stock import queries, rules
from showfloor.stock.errors import HoldExpired, HoldSettled
from showfloor.stock.rules import (
    COOL_DOWN_SECONDS,
    EXTENSION_SECONDS,
    REMEMBERED_SECONDS,
    SECURED_SECONDS,
)
from showfloor.stock.service.line import FREED
from showfloor.stock.types import Caller, Hold, LineState, Stock

KEPT_FOR = kept_for("hold")
_BATCH = 500


async def find_by_key(
    connection: Connection, *, scope: UUID, caller: Caller, key: str, request: bytes
) -> Hold | None:
    """The hold that this caller got under this key.

    Raises IdempotencyConflict when it was for another request, or of somebody else: the answer
    carries the hold's token, so knowing the key is not enough.
    """
    first = await queries.request_of_key(connection, rules.key_of(scope, key))
    if first is None:
        return None
    if first.request != request or not await _is_same_caller(connection, first, caller):
        raise IdempotencyConflict
    return await queries.hold_by_id(connection, first.hold_id)


async def _is_same_caller(
    connection: Connection, first: queries.StoredRequest, caller: Caller
) -> bool:
    """The guest whose token is shown; without one, the network that asked first."""
    if caller.previous is not None:
        return await queries.guest_of(connection, caller.previous) == first.guest
    return first.guest == rules.guest_of(first.hold_id) and first.client == caller.client


async def get_hold(connection: Connection, hold_id: UUID) -> Hold | None:
    return await queries.hold_by_id(connection, hold_id)


async def require_open(connection: Connection, hold_id: UUID) -> Hold:
    """Raises HoldExpired when the goods are gone or the deadline has passed."""
    return _opened(await queries.hold_by_id(connection, hold_id))


def ask_open(connection: Connection, hold_id: UUID) -> Asked[Hold]:
    """As `require_open`, with the next statement that is waited for; raised by the answer."""
    return queries.ask_hold(connection, hold_id, _opened)


def ask_waited(connection: Connection, hold_id: UUID) -> Asked[bool]:
    """Whether it was held for who waited in line, with the next statement that is waited for."""
    return queries.ask_waited(connection, hold_id)


async def lock_hold(connection: Connection, hold_id: UUID) -> Hold | None:
    """The hold, whose goods nobody can take back until this transaction ends."""
    return await ask_locked(connection, hold_id).answer()


def ask_locked(connection: Connection, hold_id: UUID) -> Asked[Hold | None]:
    """As `lock_hold`, with the next statement that is waited for."""
    return queries.ask_hold(connection, hold_id, lambda hold: hold, lock=True)


def ask_extended(connection: Connection, hold_id: UUID) -> Asked[Hold]:
    """The buyer begins to pay: 120 s more, the first time. The hold stays locked.

    It goes with the next statement that is waited for; the answer raises HoldExpired when the
    deadline has passed.
    """
    return queries.ask_extended(connection, hold_id, EXTENSION_SECONDS, _opened)


async def withdraw_extension(connection: Connection, hold_id: UUID) -> None:
    """The payment was declined: the goods are held as long as without it."""
    queries.shorten(connection, hold_id, EXTENSION_SECONDS)


def secure(connection: Connection, hold: Hold) -> None:
    """The bank promised the buyer's money: while it is being taken no deadline takes the goods
    back. `hold` is locked; `settle` or `withdraw_extension` ends it.

    Raises HoldExpired, changing nothing.
    """
    if hold.state is not LineState.HELD:
        raise HoldExpired
    queries.secure(connection, hold.id, SECURED_SECONDS)


def _opened(hold: Hold | None) -> Hold:
    if hold is None or not hold.is_open:
        raise HoldExpired
    return hold


async def settle(connection: Connection, hold: Hold) -> None:
    """Held becomes sold; call it last, the hot rows stay locked until the commit. `hold` is locked.

    Raises HoldExpired, changing nothing. A hold whose deadline passed while nobody took its goods
    back still settles: that is good for the buyer and oversells nothing.
    """
    if hold.state is not LineState.HELD:
        raise HoldExpired
    queries.settle(connection, hold.id)


async def release(connection: Connection, hold_id: UUID) -> None:
    """The owner gives the goods back; doing so twice is fine. Raises HoldSettled."""
    hold = await queries.hold_by_id(connection, hold_id, lock=True)
    if hold is not None and hold.state is LineState.SETTLED:
        raise HoldSettled
    queries.release(connection, hold_id)
    wake(connection, FREED)


async def release_expired(connection: Connection) -> int:
    """Pieces that went back because their hold ran out; the worker calls this all the time."""
    released = await queries.release_due(connection, _BATCH)
    if released:
        wake(connection, FREED)
    return released


async def forget_clients(connection: Connection) -> int:
    """Which network held what is forgotten when it does not count any more. One batch; how many
    went.
    """
    now = clock.now()
    return await queries.forget_clients_before(
        connection,
        now - timedelta(seconds=COOL_DOWN_SECONDS),
        now - timedelta(seconds=REMEMBERED_SECONDS),
        _BATCH,
    )


async def next_expiry(connection: Connection) -> datetime | None:
    """When the next of the holds that are open runs out."""
    return await queries.next_expiry(connection)


async def forget_old_holds(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_holds_before(session, clock.now() - KEPT_FOR)


async def stock_of(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """Unknown ids are left out: of those there is nothing."""
    return await queries.stock_of(session, variant_ids)


async def set_buyer_limit(
    session: Session, *, person: Person, variant_id: UUID, limit: int | None
) -> None:
    """How many pieces of it one buyer may have in a show, held and bought; None for no limit but
    the house's. What is held already stays.

    Raises VariantNotFound for a foreign variant.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    await queries.set_buyer_limit(session, variant_id, limit)


def client_digest(secret: bytes, network: str) -> bytes:
    return rules.client_digest(secret, network)


def hold_token(secret: bytes, hold_id: UUID) -> str:
    return rules.hold_token(secret, hold_id)


def hold_of_token(secret: bytes, token: str | None) -> UUID:
    """Raises HoldTokenInvalid."""
    return rules.verify(secret, token)
