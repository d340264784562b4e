"""Goods are reserved: alone in one statement, or in one statement for all who want the same at the
same moment.

A hot row is locked until its commit, and by those who paid until that is on the disk, so one commit
for each buyer is a few thousand buyers a second at best. Whoever asks while a statement for their
variant runs joins the next one; nobody waits for a timer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from uuid import UUID
from weakref import WeakValueDictionary

from showfloor.kit import ids, money
from showfloor.kit.db import Database
from showfloor.markets.types import SalesContext
from showfloor.stock import queries, rules
from showfloor.stock.errors import AlreadyHeld, LimitReached, NetworkLimitReached, SoldOut
from showfloor.stock.queries import HoldResult, Reservation
from showfloor.stock.rules import MOST_OPEN_HOLDS, MOST_PIECES
from showfloor.stock.service.holds import find_by_key
from showfloor.stock.types import Caller, Hold, Line, LineState

_LARGEST_CROWD = 500
_Waiting = tuple[Reservation, asyncio.Future[HoldResult]]


class HoldBatcher:
    """The hold batcher of one process: the exception to "one transaction a request"
    (docs/decisions/0007).
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._waiting: dict[tuple[UUID, UUID, int], deque[_Waiting]] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._networks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def reserve(self, reservation: Reservation) -> HoldResult:
        """Raises Busy.

        A buyer who hangs up still gets what was asked for, and finds it by the same key.
        """
        if len(reservation.lines) > 1:
            return await self._reserve_several(reservation)
        place = reservation.context.scope, reservation.lines[0].variant_id, reservation.seconds
        answer: asyncio.Future[HoldResult] = asyncio.get_running_loop().create_future()
        if place in self._waiting:
            self._waiting[place].append((reservation, answer))
        else:
            self._waiting[place] = deque([(reservation, answer)])
            serving = asyncio.create_task(self._serve(place))
            self._serving.add(serving)
            serving.add_done_callback(self._serving.discard)
        return await answer

    async def _reserve_several(self, reservation: Reservation) -> HoldResult:
        """One after another for each client network: the statement counts what the network holds
        before it locks anything.
        """
        client = reservation.caller.client
        if client is None:
            return await queries.reserve(self.database, reservation)
        lock = self._networks.setdefault(client, asyncio.Lock())
        async with lock:
            return await queries.reserve(self.database, reservation)

    async def _serve(self, place: tuple[UUID, UUID, int]) -> None:
        queue = self._waiting[place]
        try:
            while queue:
                await self._serve_next(queue)
        finally:
            # Empty, unless this process is being stopped: then nobody may be left waiting.
            del self._waiting[place]
            for _, answer in queue:
                answer.cancel()

    async def _serve_next(self, queue: deque[_Waiting]) -> None:
        crowd = _next_crowd(queue)
        left_over = await self._serve_crowd(crowd) if len(crowd) > 1 else crowd
        if left_over:
            # There may be something for them, if what ran out is taken back. The first one does
            # that, the others come next.
            queue.extendleft(reversed(left_over[1:]))
            await self._serve_alone(left_over[0])

    async def _serve_crowd(self, crowd: list[_Waiting]) -> list[_Waiting]:
        """Those who have to be served alone."""
        try:
            result = await queries.reserve_batch(
                self.database, [reservation for reservation, _ in crowd]
            )
        except Exception as error:  # whatever it is, each of them has to hear of it
            for _, answer in crowd:
                _refuse(answer, error)
            return []
        for (_, answer), one in zip(crowd, result, strict=True):
            if one is not None:
                _answer(answer, one)
        return [waiting for waiting, one in zip(crowd, result, strict=True) if one is None]

    async def _serve_alone(self, waiting: _Waiting) -> None:
        reservation, answer = waiting
        try:
            _answer(answer, await queries.reserve(self.database, reservation))
        except Exception as error:  # whatever it is, the buyer has to hear of it
            _refuse(answer, error)


def _next_crowd(queue: deque[_Waiting]) -> list[_Waiting]:
    """In the order of arrival.

    A guest's second request waits for the next crowd, so that it is counted against the first.
    """
    crowd: list[_Waiting] = []
    guests: set[UUID] = set()
    while queue and len(crowd) < _LARGEST_CROWD:
        previous = queue[0][0].caller.previous
        if previous is not None and previous in guests:
            break
        if previous is not None:
            guests.add(previous)
        crowd.append(queue.popleft())
    return crowd


def _answer(answer: asyncio.Future[HoldResult], result: HoldResult) -> None:
    if not answer.done():
        answer.set_result(result)


def _refuse(answer: asyncio.Future[HoldResult], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)


async def reserve(
    batcher: HoldBatcher,
    *,
    context: SalesContext,
    caller: Caller,
    key: str,
    request: bytes,
    lines: Sequence[Line],
    seconds: int,
) -> Hold:
    """Hold the goods for `seconds`, all or nothing. The same `key` and `request` (a fingerprint) of
    the same caller get the first hold again.

    The prices in `lines` are frozen for the life of the hold. Raises SoldOut, AlreadyHeld,
    LimitReached, NetworkLimitReached, IdempotencyConflict, Busy. Not in a session: the statement is
    a transaction of its own.
    """
    rules.check_pieces(lines)
    hold_id = ids.new()
    total = money.total([line.total for line in lines], lines[0].unit_price.currency)
    reservation = queries.Reservation(
        id=hold_id,
        context=context,
        guest=rules.guest_of(hold_id),
        caller=caller,
        key=rules.key_of(context.scope, key),
        request=request,
        lines=tuple(sorted(lines, key=lambda line: line.variant_id)),
        total=total,
        seconds=seconds,
    )
    result = await batcher.reserve(reservation)
    if result.expires_at is not None:
        return Hold(hold_id, context, tuple(lines), total, result.expires_at, LineState.HELD)
    if not result.known:
        await _refuse_own(batcher.database, caller, result)
        _explain(result, lines)
    return await _first_hold(batcher.database, context.scope, caller, key, request)


async def _refuse_own(database: Database, caller: Caller, result: HoldResult) -> None:
    """Raises AlreadyHeld when what is short is in the buyer's own hold."""
    if result.limited or caller.previous is None or not result.short:
        return
    async with database.transaction() as connection:
        own = await queries.hold_by_id(connection, caller.previous)
    if own is not None and own.is_open and result.short.keys() <= set(own.pieces):
        raise AlreadyHeld(extra={"hold_id": ids.encode("hold", own.id)})


def _explain(result: HoldResult, lines: Sequence[Line]) -> None:
    """Nothing, when the only reason left is another request with the same key that came first by a
    hair.
    """
    if result.limited:
        raise LimitReached(pieces=MOST_PIECES, holds=MOST_OPEN_HOLDS)
    if short := _named(result.short, lines):
        raise SoldOut(extra={"lines": short})
    if result.buyer_limit is not None:
        raise LimitReached(pieces=result.buyer_limit, holds=MOST_OPEN_HOLDS)
    if room := _named(result.room, lines):
        raise NetworkLimitReached(extra={"lines": room})


def _named(pieces: Mapping[UUID, int], lines: Sequence[Line]) -> list[dict[str, object]]:
    """By SKU, as far as there are fewer than a line wants."""
    return [
        {"sku": line.sku, "available": max(pieces[line.variant_id], 0)}
        for line in lines
        if line.variant_id in pieces and pieces[line.variant_id] < line.quantity
    ]


async def _first_hold(
    database: Database, scope: UUID, caller: Caller, key: str, request: bytes
) -> Hold:
    async with database.transaction() as connection:
        hold = await find_by_key(connection, scope=scope, caller=caller, key=key, request=request)
    assert hold is not None, "a key that conflicts belongs to a committed hold"
    return hold
