"""Where an order stands, and what may still be done with it: pure, from what was agreed, the
shipments, the refunds and the returns. Nothing of it is stored, so nothing can disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from showfloor.kit import money
from showfloor.kit.money import Money
from showfloor.orders.errors import (
    NothingToCancel,
    RefundInvalid,
    RefundTooLarge,
    ShipmentInvalid,
    WithdrawnOrder,
)
from showfloor.orders.rules.withdrawing import (
    Piece,
    Pieces,
    Place,
    count,
    is_open,
    is_owed,
    pieces_of,
    waited_until,
)
from showfloor.orders.types import (
    Fulfilment,
    Item,
    LineProgress,
    Order,
    Progress,
    Quote,
    Refund,
    RefundedPieces,
    RefundState,
    ReturnedPieces,
    Shipment,
    WantedRefund,
)

SEND_WITHIN = timedelta(days=3)
"""What is not sent by then is late, where nothing was said of when it leaves."""
WITHDRAWAL_DAYS = 14
_SATURDAY = 5
_ANY_TIME = datetime.max.replace(tzinfo=UTC)
"""After everything that happened."""


def progress(order: Order, timezone: str) -> Progress:
    """`timezone` is the market's: days of a deadline are the buyer's days."""
    lines = tuple(
        _line(place, item.quantity, order, pieces)
        for place, (item, pieces) in enumerate(zip(order.items, pieces_of(order), strict=True))
    )
    currency = order.total.currency
    stage = _stage(lines, order.shipments)
    return Progress(
        lines=lines,
        fulfilment=stage,
        captured=order.total,
        refunded=_sum(order.refunds, RefundState.DONE, currency),
        promised=_sum(order.refunds, RefundState.PROMISED, currency),
        reopened=reopened(order),
        send_by=_send_by(order, lines),
        withdraw_until=_withdraw_until(order, lines, timezone),
    )


def _line(place: int, ordered: int, order: Order, pieces: Pieces) -> LineProgress:
    """Who sells pieces again that were sent, and refunds them, has them back."""
    paid_back = [
        each.pieces[place] for each in order.refunds if each.counts if place in each.pieces
    ]
    came_back = [each.pieces[place].quantity for each in order.returns if place in each.pieces]
    return LineProgress(
        ordered=ordered,
        sent=sum(each.pieces.get(place, 0) for each in order.shipments),
        refunded=sum(each.quantity for each in paid_back),
        unsent=sum(each.unsent for each in paid_back),
        returned=sum(came_back) + sum(map(_back_by_refund, paid_back)),
        withdrawn=count(pieces, lambda piece: piece.is_withdrawn),
        stopped=count(pieces, lambda piece: is_owed(piece) and piece.place is Place.HERE),
        to_return=count(pieces, lambda piece: piece.is_withdrawn and piece.place is Place.AWAY),
        standing=count(pieces, is_open),
    )


def _back_by_refund(refunded: RefundedPieces) -> int:
    """What was not sent is sold again first."""
    return max(refunded.restock - refunded.unsent, 0)


def _sum(refunds: Iterable[Refund], state: RefundState, currency: str) -> Money:
    return money.total([each.amount for each in refunds if each.state is state], currency)


def reopened(order: Order) -> Money:
    """What is owed again since refunds failed: less whatever was given after that beyond the price
    of the pieces it was for, and never more than was paid and is left.
    """
    steps = [(each.failed_at, each.amount.amount) for each in order.refunds if each.failed_at]
    steps += [(each.made_at, -_beyond_pieces(order, each)) for each in order.refunds if each.counts]
    owed = 0
    for _, step in sorted(steps):
        owed = max(owed + step, 0)
    given = sum(each.amount.amount for each in order.refunds if each.is_money)
    return Money(min(owed, max(order.total.amount - given, 0)), order.total.currency)


def _beyond_pieces(order: Order, refund: Refund) -> int:
    return max((refund.amount - total_of(order, prices_of_refund(order, refund))).amount, 0)


def _stage(lines: Iterable[LineProgress], shipments: tuple[Shipment, ...]) -> Fulfilment:
    to_send = any(line.to_send for line in lines)
    if to_send:
        return Fulfilment.PART_SENT if shipments else Fulfilment.TO_SEND
    if not shipments:
        return Fulfilment.CANCELLED
    arrived = all(each.delivered_at is not None for each in shipments)
    return Fulfilment.DELIVERED if arrived else Fulfilment.SENT


def _send_by(order: Order, lines: tuple[LineProgress, ...]) -> datetime | None:
    """Of what was withdrawn from nothing is sent any more."""
    waits = any(line.sendable for line in lines)
    return (order.send_by or order.placed_at + SEND_WITHIN) if waits else None


def promised_leave(quote: Quote | None, timezone: str) -> datetime | None:
    """The end of the day on which the goods leave at the latest, as the buyer was told."""
    agreed = quote.delivery if quote else None
    if agreed is None or agreed.leaves is None:
        return None
    return datetime.combine(
        agreed.leaves + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone)
    )


def _withdraw_until(
    order: Order, lines: tuple[LineProgress, ...], timezone: str
) -> datetime | None:
    """The end of the fourteenth day after the last piece arrived (Directive 2011/83/EU art
    9(2)(b)), or of the next working day (Regulation 1182/71 art 3(4)); public holidays are not
    known here. As long as the buyer waits for a piece no day is counted, so that none has passed
    when that piece drops out.
    """
    arrived = [each.delivered_at for each in order.shipments if each.delivered_at is not None]
    if any(line.sendable for line in lines) or not arrived:
        return None
    if len(arrived) < len(order.shipments):
        return None
    dropped_out = waited_until(order)
    last = max(arrived if dropped_out is None else [*arrived, dropped_out])
    return fourteen_days_after(last, timezone)


def fourteen_days_after(moment: datetime, timezone: str) -> datetime:
    """The end of the fourteenth day after that of `moment`, or of the next working day."""
    zone = ZoneInfo(timezone)
    day = moment.astimezone(zone).date() + timedelta(days=WITHDRAWAL_DAYS)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)


def positions_of(order: Order, by_sku: Mapping[str, int]) -> dict[int, int]:
    """What is said of SKUs, by the lines' positions. Raises ShipmentInvalid for one that is not in
    the order.
    """
    places = {item.sku: at for at, item in enumerate(order.items)}
    if not by_sku.keys() <= places.keys():
        raise ShipmentInvalid
    return {places[sku]: count for sku, count in by_sku.items()}


def check_shipment(order: Order, stands: Progress, pieces: Mapping[int, int]) -> None:
    """Raises WithdrawnOrder, ShipmentInvalid for pieces that are not there to be sent."""
    left = dict(enumerate(line.sendable for line in stands.lines))
    stopped = {at for at, line in enumerate(stands.lines) if line.stopped}
    if any(pieces[at] > left[at] for at in stopped & pieces.keys()) or (stopped and not pieces):
        raise WithdrawnOrder
    if not pieces or any(not 0 < count <= left.get(at, 0) for at, count in pieces.items()):
        raise ShipmentInvalid


def plan_refund(
    order: Order, stands: Progress, wanted: WantedRefund
) -> tuple[Money, dict[int, RefundedPieces]]:
    """The sum and the pieces of a refund. Raises RefundInvalid, RefundTooLarge."""
    check_expected(stands, wanted)
    pieces = _pieces_of(order, stands, wanted)
    amount = wanted.amount
    if amount is None:
        amount = _left_of(stands, _price_of(order, stands, pieces)) if pieces else stands.left
    check_sum(stands, amount)
    return amount, pieces


def check_expected(stands: Progress, wanted: WantedRefund) -> None:
    """What is due is not paid twice because somebody looks at a page from before. Raises
    RefundInvalid.
    """
    if wanted.expected_left not in (None, stands.left):
        raise RefundInvalid


def _pieces_of(order: Order, stands: Progress, wanted: WantedRefund) -> dict[int, RefundedPieces]:
    """Pieces that were not sent yet are taken first."""
    places = {item.sku: at for at, item in enumerate(order.items)}
    pieces: dict[int, RefundedPieces] = {}
    for each in wanted.pieces:
        at = places.get(each.sku)
        if at is None or at in pieces:
            raise RefundInvalid
        line = stands.lines[at]
        enough = 0 < each.quantity <= line.ordered - line.refunded
        if not enough or not 0 <= each.restock <= each.quantity:
            raise RefundInvalid
        unsent = min(each.quantity, line.to_send)
        pieces[at] = RefundedPieces(each.quantity, unsent, each.restock)
        check_back(line, _back_by_refund(pieces[at]))
    return pieces


def check_back(line: LineProgress, count: int) -> None:
    """No piece comes back twice, or without having been sent. Raises RefundInvalid."""
    if count > line.away:
        raise RefundInvalid


def check_sum(stands: Progress, amount: Money) -> None:
    """No more goes back than was paid. Raises RefundInvalid, RefundTooLarge."""
    if amount.currency != stands.captured.currency or amount.amount <= 0:
        raise RefundInvalid
    if amount.amount > stands.left.amount:
        raise RefundTooLarge


def plan_cancel(
    order: Order, stands: Progress, *, restock: bool
) -> tuple[Money, dict[int, RefundedPieces]]:
    """Everything that was not sent; with nothing sent at all, all the money that is left. Raises
    NothingToCancel.
    """
    pieces = {
        at: RefundedPieces(line.to_send, line.to_send, line.to_send if restock else 0)
        for at, line in enumerate(stands.lines)
        if line.to_send
    }
    if not pieces:
        raise NothingToCancel
    price = _price_of(order, stands, pieces)
    if not order.shipments or price.amount > stands.left.amount:
        price = stands.left
    return price, pieces


def _price_of(order: Order, stands: Progress, pieces: Mapping[int, RefundedPieces]) -> Money:
    """What was paid for the next pieces to be refunded."""
    before = {at: stands.lines[at].refunded for at in pieces}
    return total_of(order, _prices(order, pieces, before))


def _left_of(stands: Progress, price: Money) -> Money:
    """A refund that was refused may have left the others a minor unit dearer than what is left."""
    over = (price - stands.left).amount
    return stands.left if 0 < over <= len(stands.lines) and stands.left.amount else price


def prices_of_refund(order: Order, refund: Refund) -> dict[int, Money]:
    """What was paid for the pieces of a refund, by the line's position. Pieces are counted in the
    order in which they were refunded.
    """
    before = dict.fromkeys(refund.pieces, 0)
    for each in order.refunds:
        if each.id == refund.id:
            break
        if each.counts:
            for at in before.keys() & each.pieces.keys():
                before[at] += each.pieces[at].quantity
    return _prices(order, refund.pieces, before)


def _prices(
    order: Order, pieces: Mapping[int, RefundedPieces], before: Mapping[int, int]
) -> dict[int, Money]:
    return {
        at: order.items[at].price_between(before[at], before[at] + each.quantity)
        for at, each in pieces.items()
    }


def total_of(order: Order, prices: Mapping[int, Money]) -> Money:
    return money.total(list(prices.values()), order.total.currency)


def due_back(order: Order, stands: Progress) -> Money:
    """What a buyer gets back in the end for what was withdrawn from, or would be for withdrawing
    from everything. From all goods: all that is left but what stays with the seller, which is what
    the chosen way of delivery cost above the cheapest one (`delivery_kept`) and what returned goods
    are worth less. Goods that the buyer keeps stay paid, and delivery with them, which was not for
    the others alone; whatever was given back of the others before, by pieces or as a sum, is not
    given back twice.
    """
    if order.withdrawn_at is None:
        order = replace(order, withdrawn_at=_ANY_TIME)
    lost = value_lost(order)
    if is_whole(order):
        return Money(
            max((stands.left - delivery_kept(order) - lost).amount, 0), order.total.currency
        )
    delivery = order.total - money.total([item.total for item in order.items], order.total.currency)
    stays = delivery + price_of(order, is_open) + lost
    left = stands.left - stays + _for_what_stays(order)
    owed = price_of(order, is_owed) + stands.reopened
    return Money(max(min(owed.amount, left.amount), 0), order.total.currency)


def is_whole(order: Order) -> bool:
    """Whether the buyer who withdrew keeps nothing that is paid."""
    return not order.kept and not any(count(line, is_open) for line in pieces_of(order))


def _for_what_stays(order: Order) -> Money:
    """Sums that were given back before anybody withdrew: for goods that the buyer keeps, as far as
    these cost so much, because what is due for the others does not become less by them.
    """
    before = [
        each.amount
        for each in order.refunds
        if each.is_money and not each.pieces
        if order.withdrawn_at is not None and each.made_at <= order.withdrawn_at
    ]
    given = money.total(before, order.total.currency)
    most = price_of(order, is_open, without=order.kept)
    return min(given, most, key=lambda each: each.amount)


def price_of(order: Order, fits: Callable[[Piece], bool], without: Collection[int] = ()) -> Money:
    """What was paid for the pieces for which this holds."""
    prices = [
        _price_in_line(item, line, fits)
        for at, (item, line) in enumerate(zip(order.items, pieces_of(order), strict=True))
        if at not in without
    ]
    return money.total(prices, order.total.currency)


def _price_in_line(item: Item, line: Pieces, fits: Callable[[Piece], bool]) -> Money:
    """Pieces stand in one order, those first that were refunded, so that whatever a line is divided
    into sums to what was paid for it.
    """
    price, start = Money(0, item.unit_price.currency), 0
    for piece, number in sorted(line.items(), key=lambda each: _place_in_line(each[0])):
        if fits(piece):
            price += item.price_between(start, start + number)
        start += number
    return price


def _place_in_line(piece: Piece) -> tuple[bool, bool, int, str]:
    return not piece.is_paid, piece.by is None, piece.by or 0, piece.place.value


def delivery_kept(order: Order) -> Money:
    """What the buyer paid for a faster way than the cheapest one: it does not go back once
    something was sent (Directive 2011/83/EU art 13(2)).
    """
    agreed = order.quote.delivery if order.quote else None
    if agreed is None or agreed.standard is None or not order.shipments:
        return Money(0, order.total.currency)
    return agreed.price - agreed.standard


def value_lost(order: Order) -> Money:
    """What returned goods are worth less, in all: only those from which the buyer may withdraw, as
    the price of the others does not go back.
    """
    lost = [
        min(each.value_lost.amount, most_lost(order, each.pieces).amount) for each in order.returns
    ]
    return Money(sum(lost), order.total.currency)


def most_lost(order: Order, pieces: Mapping[int, ReturnedPieces]) -> Money:
    """The price of the damaged ones of these pieces, of goods from which the buyer may withdraw."""
    damaged = [
        order.items[at].price_between(0, each.damaged)
        for at, each in pieces.items()
        if at not in order.kept
    ]
    return money.total(damaged, order.total.currency)


def restocked(
    order: Order, pieces: Mapping[int, RefundedPieces | ReturnedPieces]
) -> dict[UUID, int]:
    """Which of these pieces are to be sold again, by variant."""
    return {order.items[at].variant_id: each.restock for at, each in pieces.items() if each.restock}
