"""Somebody takes part in a drop: asks, is held or refused, pays or gives back.

Each of these adds to the log in the transaction of what it says, under the lock of the drop's row,
which makes the order of the log the order in which it happened. Locks: checkout, payment, the lines
of a hold, the drop, then what is set apart and stock. Whoever has locked the drop skips lines that
somebody else has locked, so that nothing waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from showfloor.kit import ids
from showfloor.kit.db import Connection
from showfloor.markets.types import SalesContext
from showfloor.offers import queries
from showfloor.offers.errors import (
    DropClosed,
    DropNetworkLimitReached,
    DropNotFound,
    DropNotOpen,
)
from showfloor.offers.queries import Locked
from showfloor.offers.rules import chain, policy, running
from showfloor.offers.types import (
    Arrival,
    Drop,
    DropState,
    Held,
    Paid,
    Record,
    Refused,
    Released,
    Turn,
    Wanted,
)
from showfloor.stock import service as stock
from showfloor.stock.types import Hold, Line


async def find_drop(connection: Connection, drop_id: UUID) -> Drop:
    """One that has opened, whatever became of it; nothing is locked. Raises DropNotFound,
    DropNotOpen.
    """
    found = await queries.read_drop(connection, drop_id)
    if found is None or found[0].announced_at is None:
        raise DropNotFound
    drop, at = found
    if running.at_door(drop, at) is Turn.EARLY:
        raise DropNotOpen
    return drop


async def take(
    connection: Connection, wanted: Wanted, *, context: SalesContext, seconds: int
) -> tuple[Turn, Hold | None]:
    """Hold pieces of a drop at its price, as long as other goods (`seconds`) or as its policy says
    where that is shorter, or say why not: a refusal (`LIMIT`,
    `SOLD_OUT`) stands in the log, so the caller commits it before it tells the buyer.

    Raises DropNotFound, DropNotOpen, DropClosed (also where its seller counts fewer pieces than are
    set apart) and DropNetworkLimitReached, which are not in the log, and IdempotencyConflict. The
    same key gets the same hold again.
    """
    locked = await queries.lock_drop_of_buyer(connection, wanted.drop_id)
    if locked is None or locked.drop.announced_at is None:
        raise DropNotFound
    # Under the lock, so that of two requests with one key the second finds what the first got.
    first = await stock.find_by_key(
        connection,
        scope=context.scope,
        caller=wanted.caller,
        key=wanted.key,
        request=wanted.request,
    )
    if first is not None:
        return Turn.HELD, first
    _check_open(locked)
    if not await stock.is_apart_there(connection, wanted.drop_id):
        raise DropClosed
    released = await _release_due(connection, locked)
    await _check_network(connection, locked.drop, wanted)
    return await _answer(connection, locked, wanted, released, context, seconds)


def _check_open(locked: Locked) -> None:
    if locked.drop.state is not DropState.ANNOUNCED:
        raise DropClosed
    match running.at_door(locked.drop, locked.at):
        case Turn.EARLY:
            raise DropNotOpen
        case Turn.CLOSED:
            raise DropClosed
        case _:
            return


async def _check_network(connection: Connection, drop: Drop, wanted: Wanted) -> None:
    client = wanted.caller.client
    if client is None:
        return
    room = policy.network_room(drop.units, drop.per_person)
    room -= await stock.apart_of_network(connection, drop.id, client)
    if wanted.pieces > room:
        raise DropNetworkLimitReached


async def _answer(
    connection: Connection,
    locked: Locked,
    wanted: Wanted,
    released: list[Record],
    context: SalesContext,
    seconds: int,
) -> tuple[Turn, Hold | None]:
    drop, at = locked.drop, locked.at
    assert drop.salt is not None
    hold_id = ids.new()
    guest = await stock.guest_of(connection, hold_id, wanted.caller.previous)
    person = running.pseudonym(drop.salt, running.person_key(wanted.viewer_id, guest))
    number = locked.head.records + len(released)
    has = await queries.pieces_of_person(connection, drop.id, person)
    hold, turn = None, Turn.LIMIT
    if not running.is_over_limit(drop, pieces=wanted.pieces, has=has):
        hold = await stock.take_apart(
            connection,
            drop.id,
            hold_id=hold_id,
            context=context,
            guest=guest,
            caller=wanted.caller,
            key=wanted.key,
            request=wanted.request,
            line=Line(drop.variant_id, drop.sku, wanted.pieces, drop.price),
            seconds=min(seconds, policy.longest_hold(drop.runs_s)),
        )
        turn = Turn.SOLD_OUT if hold is None else Turn.HELD
    if hold is not None:
        queries.add_hold(connection, drop.id, hold.id, number, person, wanted.pieces)
    said = Held(at, number) if hold is not None else Refused(at, number, turn.value)
    _add(connection, locked, [*released, Arrival(at, person, wanted.pieces), said])
    return turn, hold


async def release_due(connection: Connection, drop_id: UUID) -> None:
    """Holds that ran out give their pieces back."""
    locked = await queries.lock_drop_of_buyer(connection, drop_id)
    if locked is not None and (released := await _release_due(connection, locked)):
        _add(connection, locked, released)


async def _release_due(connection: Connection, locked: Locked) -> list[Record]:
    due = await stock.return_due(connection, locked.drop.id)
    if not due:
        return []
    ended = await queries.end_holds(connection, [each.hold_id for each in due], "released")
    return [Released(locked.at, ended[each.hold_id], "expired") for each in due]


async def note_paid(connection: Connection, hold: Hold) -> None:
    """What is held of a drop is sold; `hold` is locked, and its caller settles it in this
    transaction.
    """
    locked, arrival = await _end(connection, hold, "paid")
    _add(connection, locked, [Paid(locked.at, arrival, hold.total.amount)])


async def give_back(connection: Connection, hold: Hold) -> None:
    """The buyer gives back what is held of a drop; `hold` is locked and held."""
    locked, arrival = await _end(connection, hold, "released")
    stock.return_hold(connection, hold)
    _add(connection, locked, [Released(locked.at, arrival, "given_back")])


async def _end(connection: Connection, hold: Hold, state: str) -> tuple[Locked, int]:
    assert hold.apart_id is not None
    locked = await queries.lock_drop_of_buyer(connection, hold.apart_id)
    ended = await queries.end_holds(connection, [hold.id], state)
    assert locked is not None, "what is held of a drop keeps the drop from ending"
    return locked, ended[hold.id]


def _add(connection: Connection, locked: Locked, records: Sequence[Record]) -> None:
    head, lines = chain.extend(locked.head, records)
    queries.add_records_of_buyer(connection, locked.drop.id, locked.head.records, lines, head)
