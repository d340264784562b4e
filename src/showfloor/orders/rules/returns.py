"""What comes back, and what is owed for it, after a buyer withdrew: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.orders.errors import NothingToReturn, ReturnInvalid
from showfloor.orders.rules.fulfilment import (
    delivery_kept,
    due_back,
    fourteen_days_after,
    is_whole,
    most_lost,
    price_of,
    progress,
    value_lost,
)
from showfloor.orders.rules.withdrawing import (
    Piece,
    Place,
    count,
    is_owed,
    pieces_of,
    withdrawals_of,
)
from showfloor.orders.types import (
    LineProgress,
    Order,
    Owed,
    Progress,
    Return,
    ReturnedPieces,
    ReturnProof,
    WantedReturn,
)


def plan_return(
    order: Order, stands: Progress, wanted: Sequence[WantedReturn], lost: Money | None
) -> tuple[dict[int, ReturnedPieces], Money]:
    """The pieces by position, and what they are worth less (`lost` None: nothing). Raises
    ReturnInvalid.
    """
    places = {item.sku: at for at, item in enumerate(order.items)}
    pieces: dict[int, ReturnedPieces] = {}
    for each in wanted:
        at = places.get(each.sku)
        if at is None or at in pieces:
            raise ReturnInvalid
        pieces[at] = ReturnedPieces(each.quantity, each.damaged, each.restock)
        check_pieces(stands.lines[at], pieces[at])
    value = lost or Money(0, order.total.currency)
    if not pieces or value.currency != order.total.currency:
        raise ReturnInvalid
    if not 0 <= value.amount <= most_lost(order, pieces).amount:
        raise ReturnInvalid
    return pieces, value


def check_pieces(line: LineProgress, back: ReturnedPieces) -> None:
    """No piece comes back twice, or without having been sent, and a damaged one is not sold again.
    Raises ReturnInvalid.
    """
    if not 0 < back.quantity <= line.away or not 0 <= back.damaged <= back.quantity:
        raise ReturnInvalid
    if not 0 <= back.restock <= back.quantity - back.damaged:
        raise ReturnInvalid


def check_proof(order: Order, covers: int) -> None:
    """`covers` is that of a proof that there is, or of all withdrawals. Raises NothingToReturn when
    the buyer has nothing of these to send back.
    """
    known = {len(withdrawals_of(order)), *(each.covers for each in order.proofs)}
    if covers not in known or not any(by < covers for by in _to_send_back(order)):
        raise NothingToReturn


def proof_of(order: Order, carrier: str, tracking: str, at: datetime, covers: int) -> ReturnProof:
    """What is stored of it: once the buyer's data was erased, only that the goods were sent. When
    the first one for these goods came stays.
    """
    first = next((each.at for each in order.proofs if each.covers == covers), at)
    if order.buyer is None:
        return ReturnProof(None, None, first, covers)
    return ReturnProof(carrier, tracking, first, covers)


def owed(order: Order, stands: Progress, timezone: str) -> Owed | None:
    """What the buyer gets back now and later; None as long as nobody withdrew. Days are those of
    the market's `timezone`; what delivery cost comes back with the last of the goods.
    """
    if order.withdrawn_at is None:
        return None
    whole = due_back(order, stands)
    now = _due_now(order, stands)
    withheld = Money(whole.amount - now, whole.currency)
    pieces = {at: count(line, partial(_is_due, order)) for at, line in enumerate(pieces_of(order))}
    ends = [fourteen_days_after(each.at, timezone) for each in withdrawals_of(order)]
    away = _to_send_back(order)
    return Owed(
        now=whole - withheld,
        withheld=withheld,
        by=_due_by(order, ends, timezone),
        send_back_by=ends[min(away)] if away else None,
        all_back_by=ends[max(away)] if away else None,
        delivery_kept=_stays_of_delivery(order, stands),
        value_lost=value_lost(order),
        pieces={at: number for at, number in pieces.items() if number},
    )


def is_open(owed: Owed | None, now: datetime) -> bool:
    """Whether a withdrawal is not at its end: money is still to go back, or goods. A seller who
    gave all the money back waits for the goods until the day by which they are to be sent, and no
    longer: nothing hangs on them.
    """
    if owed is None:
        return False
    if owed.now.amount or owed.withheld.amount:
        return True
    return owed.all_back_by is not None and now < owed.all_back_by


def place_in_line(
    order: Order, owed: Owed | None, timezone: str, now: datetime
) -> tuple[int, datetime, UUID]:
    """Sorts orders with an open return: money that is due by the day on which it is due, so that
    what is overdue comes first, then what waits for goods by the day on which these are to be sent.
    An order whose return has ended since somebody read the list stands no later than it stood.
    """
    first = fourteen_days_after(order.withdrawn_at or order.placed_at, timezone)
    if owed is not None and owed.now.amount:
        return 0, owed.by, order.id
    if owed is not None and is_open(owed, now):
        return 1, owed.send_back_by or first, order.id
    return 0, first, order.id


def _due_now(order: Order, stands: Progress) -> int:
    """In minor units."""
    return max((due_back(order, stands) - _may_wait(order)).amount, 0)


def _due_by(order: Order, ends: Sequence[datetime], timezone: str) -> datetime:
    """When the first of what is due had to be paid: at the end of the fourteen days of a
    withdrawal, or when goods came back after it, if nothing was due before.
    """
    moments = sorted({*ends, *(each for each in _backs(order) if each > ends[0])})
    for moment in moments:
        ended = sum(end <= moment for end in ends)
        then = replace(order, withdrawals=order.withdrawals[:ended]).back_by(moment)
        if _due_now(then, progress(then, timezone)):
            return moment
    return moments[-1]


def _stays_of_delivery(order: Order, stands: Progress) -> Money:
    """What a faster way cost more, as far as the seller still has it. Beside goods that stay paid
    all of delivery stays.
    """
    if not is_whole(order):
        return Money(0, order.total.currency)
    stays = min(delivery_kept(order).amount, stands.left.amount)
    return Money(stays, order.total.currency)


def _may_wait(order: Order) -> Money:
    """The price of what the buyer still has and was not paid back, and of its delivery."""
    currency = order.total.currency
    if not [by for by in _to_send_back(order) if not _is_covered(order, by)]:
        return Money(0, currency)
    waits = price_of(order, lambda piece: is_owed(piece) and not _is_due(order, piece))
    if not is_whole(order):
        return waits
    goods = money.total([item.total for item in order.items], currency)
    return waits + order.total - goods - delivery_kept(order)


def _is_due(order: Order, piece: Piece) -> bool:
    """Not given back yet, and with the seller, or on its way there."""
    if piece.by is None or piece.is_paid:
        return False
    return piece.place is not Place.AWAY or _is_covered(order, piece.by)


def _is_covered(order: Order, by: int) -> bool:
    """The buyer showed that the goods of this withdrawal were sent."""
    return any(by < each.covers for each in order.proofs)


def to_return(order: Order) -> tuple[dict[int, int], ...]:
    """Of each of `withdrawals_of`, the pieces by position that the buyer still has, and gets money
    for, or has got it.
    """
    found: tuple[dict[int, int], ...] = tuple({} for _ in withdrawals_of(order))
    for at, line in enumerate(pieces_of(order)):
        for piece, number in line.items():
            if number and piece.place is Place.AWAY and piece.by is not None:
                found[piece.by][at] = found[piece.by].get(at, 0) + number
    return found


def _to_send_back(order: Order) -> set[int]:
    """Withdrawals of which the buyer still has pieces."""
    return {by for by, pieces in enumerate(to_return(order)) if pieces}


def _backs(order: Order) -> list[datetime]:
    """When goods came back, or were shown to be on their way: their price was not due before."""
    backs: Sequence[Return | ReturnProof] = (*order.returns, *order.proofs)
    return [each.at for each in backs]
