"""What comes back, and what is owed for it, after a buyer withdrew: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.orders.errors import NothingToReturn, ReturnInvalid
from showfloor.orders.rules.fulfilment import (
    delivery_kept,
    due_back,
    fourteen_days_after,
    most_lost,
    progress,
    value_lost,
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


def check_proof(order: Order, stands: Progress) -> None:
    """Raises NothingToReturn when the buyer has nothing to send back."""
    if order.withdrawn_at is None or not _to_send_back(order, stands):
        raise NothingToReturn


def proof_of(order: Order, carrier: str, tracking: str, at: datetime) -> ReturnProof:
    """What is stored of it: once the buyer's data was erased, only that the goods were sent. When
    the first one came stays.
    """
    first = order.return_proof.at if order.return_proof else at
    if order.buyer is None:
        return ReturnProof(None, None, first)
    return ReturnProof(carrier, tracking, first)


def owed(order: Order, stands: Progress, timezone: str) -> Owed | None:
    """What the buyer gets back now and later; None as long as nobody withdrew. Days are those of
    the market's `timezone`; what delivery cost comes back with the last of the goods.
    """
    if order.withdrawn_at is None:
        return None
    whole = due_back(order, stands)
    now = _due_now(order, stands)
    withheld = Money(whole.amount - now, whole.currency)
    pieces = {at: _due_of(order, stands.lines[at]) for at in _withdrawn(order)}
    last = fourteen_days_after(order.withdrawn_at, timezone)
    return Owed(
        now=whole - withheld,
        withheld=withheld,
        by=_due_by(order, last, timezone),
        send_back_by=last if _to_send_back(order, stands) else None,
        delivery_kept=_stays_of_delivery(order, stands),
        value_lost=value_lost(order),
        pieces={at: count for at, count in pieces.items() if count},
    )


def is_open(owed: Owed | None) -> bool:
    """Whether a withdrawal is not at its end: goods or money are still to go back."""
    if owed is None:
        return False
    return bool(owed.now.amount or owed.withheld.amount or owed.send_back_by)


def place_in_line(order: Order, owed: Owed | None, timezone: str) -> tuple[int, datetime, UUID]:
    """Sorts orders with an open return: money that is due by the day on which it is due, so that
    what is overdue comes first, then what waits for goods by the day on which these are to be sent.
    An order whose return has ended since somebody read the list stands no later than it stood.
    """
    first = fourteen_days_after(order.withdrawn_at or order.placed_at, timezone)
    if owed is not None and owed.now.amount:
        return 0, owed.by, order.id
    return (1 if is_open(owed) else 0), first, order.id


def _due_now(order: Order, stands: Progress) -> int:
    """In minor units."""
    return max((due_back(order, stands) - _may_wait(order, stands)).amount, 0)


def _due_by(order: Order, last: datetime, timezone: str) -> datetime:
    """When the first of what is due had to be paid: `last`, or when goods came back after it, if
    nothing was due before.
    """
    moments = [last, *sorted(each for each in _backs(order) if each > last)]
    for moment in moments:
        then = order.back_by(moment)
        if _due_now(then, progress(then, timezone)):
            return moment
    return moments[-1]


def _stays_of_delivery(order: Order, stands: Progress) -> Money:
    """What a faster way cost more, as far as the seller still has it. Beside goods that stay paid
    all of delivery stays.
    """
    if order.kept:
        return Money(0, order.total.currency)
    stays = min(delivery_kept(order).amount, stands.left.amount)
    return Money(stays, order.total.currency)


def _may_wait(order: Order, stands: Progress) -> Money:
    """The price of what the buyer still has and was not paid back, and of its delivery."""
    currency = order.total.currency
    if order.return_proof is not None or not _to_send_back(order, stands):
        return Money(0, currency)
    prices = [order.items[at].unit_price * _waiting(stands.lines[at]) for at in _withdrawn(order)]
    if order.kept:
        return money.total(prices, currency)
    goods = money.total([item.total for item in order.items], currency)
    return money.total([*prices, order.total - goods - delivery_kept(order)], currency)


def _waiting(line: LineProgress) -> int:
    """Pieces neither back nor paid back; what was paid back was so for those that are back
    first.
    """
    return line.sent - max(line.returned, line.refunded - line.unsent)


def _withdrawn(order: Order) -> list[int]:
    """The lines that the buyer withdrew from."""
    return [at for at in range(len(order.items)) if at not in order.kept]


def _due_of(order: Order, line: LineProgress) -> int:
    """Pieces whose price is due: not given back yet, and with the seller, or on their way there."""
    if order.return_proof is not None:
        return line.ordered - line.refunded
    of_sent = line.refunded - line.unsent
    return line.to_send + max(line.returned - of_sent, 0)


def _to_send_back(order: Order, stands: Progress) -> int:
    """Pieces that the buyer has and gets money for, or has got it."""
    return sum(stands.lines[at].away for at in _withdrawn(order))


def _backs(order: Order) -> list[datetime]:
    """When goods came back, or were shown to be on their way: their price was not due before."""
    proofs: Sequence[Return | ReturnProof] = [order.return_proof] if order.return_proof else []
    return [each.at for each in (*order.returns, *proofs)]
