"""Goods are reserved: alone in one statement, or in one statement for all who want the same at the
same moment.

A hot row is locked until its commit is on the disk, so one commit for each buyer is a thousand
buyers a second at best. Whoever asks while a statement for their variant runs joins the next one;
nobody waits for a timer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from showfloor.kit import ids, money
from showfloor.kit.db import Database
from showfloor.stock import queries, rules
from showfloor.stock.errors import LimitReached, SoldOut
from showfloor.stock.queries import HoldResult, Reservation
from showfloor.stock.rules import MOST_OPEN_HOLDS, MOST_PIECES
from showfloor.stock.service.holds import find_by_key
from showfloor.stock.types import Hold, Line, LineState

_LARGEST_CROWD = 500
_Waiting = tuple[Reservation, asyncio.Future[HoldResult]]


class HoldBatcher:
    """The hold batcher of one process: the exception that DESIGN lists to "one transaction a
    request".
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._waiting: dict[tuple[UUID, UUID, int], deque[_Waiting]] = {}
        self._serving: set[asyncio.Task[None]] = set()

    async def reserve(self, reservation: Reservation) -> HoldResult:
        """Raises Busy.

        A buyer who hangs up still gets what was asked for, and finds it by the same key.
        """
        if len(reservation.lines) > 1:
            return await queries.reserve(self.database, reservation)
        place = reservation.scope, reservation.lines[0].variant_id, reservation.seconds
        answer: asyncio.Future[HoldResult] = asyncio.get_running_loop().create_future()
        if place in self._waiting:
            self._waiting[place].append((reservation, answer))
        else:
            self._waiting[place] = deque([(reservation, answer)])
            serving = asyncio.create_task(self._serve(place))
            self._serving.add(serving)
            serving.add_done_callback(self._serving.discard)
        return await answer

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
        previous = queue[0][0].previous
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
    scope: UUID,
    previous: UUID | None,
    key: str,
    request: bytes,
    lines: Sequence[Line],
    seconds: int,
) -> Hold:
    """Hold the goods for `seconds`, all or nothing. The same `key` and `request` (a fingerprint)
    get the first hold again.

    `previous` is an earlier hold of the same guest. The prices in `lines` are frozen for the life
    of the hold. Raises SoldOut, LimitReached, IdempotencyConflict, Busy. Not in a session: the
    statement is a transaction of its own.
    """
    rules.check_pieces(lines)
    hold_id = ids.new()
    total = money.total([line.total for line in lines], lines[0].unit_price.currency)
    reservation = queries.Reservation(
        id=hold_id,
        scope=scope,
        guest=ids.digest(hold_id.hex),
        previous=previous,
        key=rules.key_of(scope, key),
        request=request,
        lines=tuple(sorted(lines, key=lambda line: line.variant_id)),
        total=total,
        seconds=seconds,
    )
    result = await batcher.reserve(reservation)
    if result.expires_at is not None:
        return Hold(hold_id, scope, tuple(lines), total, result.expires_at, LineState.HELD)
    if not result.known:
        _explain(result, lines)
    return await _first_hold(batcher.database, scope=scope, key=key, request=request)


def _explain(result: queries.HoldResult, lines: Sequence[Line]) -> None:
    """Nothing, when the only reason left is another request with the same key that came first by a
    hair.
    """
    if result.limited:
        raise LimitReached(pieces=MOST_PIECES, holds=MOST_OPEN_HOLDS)
    if result.short:
        short = [
            {"sku": line.sku, "available": max(result.short[line.variant_id], 0)}
            for line in lines
            if line.variant_id in result.short
        ]
        raise SoldOut(extra={"lines": short})


async def _first_hold(database: Database, *, scope: UUID, key: str, request: bytes) -> Hold:
    async with database.session() as session:
        hold = await find_by_key(session, scope=scope, key=key, request=request)
    assert hold is not None, "a key that conflicts belongs to a committed hold"
    return hold
