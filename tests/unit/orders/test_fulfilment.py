"""Where an order stands follows from what happened to it, in whatever order it happened."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from showfloor.kit import ids
from showfloor.kit.errors import AppError
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal
from showfloor.orders import rules
from showfloor.orders.errors import (
    NothingToCancel,
    RefundInvalid,
    RefundTooLarge,
    ShipmentInvalid,
    WithdrawnOrder,
)
from showfloor.orders.types import (
    AgreedDelivery,
    Fulfilment,
    Order,
    Progress,
    Quote,
    Refund,
    RefundCause,
    RefundedPieces,
    RefundState,
    Return,
    Shipment,
    WantedPieces,
    WantedRefund,
    WantedReturn,
)
from tests.unit.orders.orders_of_tests import PLACED, ZONE, order_of

SEQUENCES = 500


def stands(order: Order) -> Progress:
    return rules.progress(order, ZONE)


def sent(order: Order, pieces: dict[int, int], delivered_at: datetime | None = None) -> Order:
    parcel = Shipment(ids.new(), pieces, "Post", None, PLACED, delivered_at)
    return replace(order, shipments=(*order.shipments, parcel))


def refunded(
    order: Order,
    amount: int,
    pieces: dict[int, RefundedPieces] | None = None,
    state: RefundState = RefundState.DONE,
    cause: RefundCause = RefundCause.REFUND,
) -> Order:
    new = Refund(ids.new(), Money(amount, "GBP"), cause, pieces or {}, PLACED, state)
    return replace(order, refunds=(*order.refunds, new))


def test_order_goes_from_waiting_to_delivered() -> None:
    order = order_of((2, 100), (1, 300))
    part = sent(order, {0: 2}, PLACED + timedelta(days=1))
    whole = sent(part, {1: 1})

    assert stands(order).fulfilment is Fulfilment.TO_SEND
    assert stands(order).send_by == PLACED + timedelta(days=3)
    assert (stands(part).fulfilment, stands(part).to_send) == (Fulfilment.PART_SENT, 1)
    assert (stands(whole).fulfilment, stands(whole).send_by) == (Fulfilment.SENT, None)
    arrived = sent(part, {1: 1}, PLACED + timedelta(days=2))
    assert stands(arrived).fulfilment is Fulfilment.DELIVERED


def agreed(leaves: date | None) -> Quote:
    """Delivery that was said to leave on a day."""
    goods, cost = Money(100, "GBP"), Money(0, "GBP")
    day = date(2026, 12, 1)
    delivery = AgreedDelivery(ids.new(), {"en": "Standard"}, cost, day, day, leaves)
    return Quote(ids.new(), "GB", goods, goods, (), delivery)


def test_order_is_late_when_the_day_is_over_on_which_its_goods_were_to_leave() -> None:
    told = rules.promised_leave(agreed(date(2026, 7, 6)), ZONE)

    # British summer time.
    assert told == datetime(2026, 7, 6, 23, tzinfo=UTC)
    assert stands(replace(order_of((1, 100)), send_by=told)).send_by == told
    assert rules.promised_leave(agreed(None), ZONE) is None
    assert rules.promised_leave(None, ZONE) is None


def test_refunded_pieces_that_were_not_sent_are_not_to_be_sent() -> None:
    order = sent(order_of((3, 100)), {0: 1})
    _, pieces = rules.plan_refund(order, stands(order), WantedRefund((WantedPieces("SKU-0", 3),)))

    after = stands(refunded(order, 300, pieces))

    assert pieces == {0: RefundedPieces(3, 2, 0)}
    assert (after.fulfilment, after.to_send, after.left) == (Fulfilment.SENT, 0, Money(0, "GBP"))


def test_refund_that_the_provider_refused_counts_for_nothing() -> None:
    order = order_of((2, 100))
    pieces = {0: RefundedPieces(2, 2, 2)}

    assert stands(refunded(order, 200, pieces, RefundState.REFUSED)) == stands(order)
    promised = stands(refunded(order, 200, pieces, RefundState.PROMISED))
    assert (promised.promised, promised.refunded, promised.left) == (
        Money(200, "GBP"),
        Money(0, "GBP"),
        Money(0, "GBP"),
    )
    assert promised.fulfilment is Fulfilment.CANCELLED


@pytest.mark.parametrize(
    ("wanted", "amount"),
    [
        (WantedRefund(), 650),
        (WantedRefund((WantedPieces("SKU-0", 1),)), 100),
        (WantedRefund((WantedPieces("SKU-0", 2), WantedPieces("SKU-1", 1))), 500),
        (WantedRefund(amount=Money(1, "GBP")), 1),
        (WantedRefund((WantedPieces("SKU-0", 1),), Money(120, "GBP")), 120),
    ],
)
def test_sum_of_a_refund_follows_from_what_is_wanted(wanted: WantedRefund, amount: int) -> None:
    order = order_of((2, 100), (1, 300), delivery=150)

    assert rules.plan_refund(order, stands(order), wanted)[0] == Money(amount, "GBP")


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (WantedRefund(amount=Money(201, "GBP")), RefundTooLarge),
        (WantedRefund(amount=Money(0, "GBP")), RefundInvalid),
        (WantedRefund((), Money(1, "GBP"), Money(201, "GBP")), RefundInvalid),
        (WantedRefund(amount=Money(100, "EUR")), RefundInvalid),
        (WantedRefund((WantedPieces("SKU-0", 3),)), RefundInvalid),
        (WantedRefund((WantedPieces("SKU-0", 1, 2),)), RefundInvalid),
        (WantedRefund((WantedPieces("SKU-7", 1),)), RefundInvalid),
        (WantedRefund((WantedPieces("SKU-0", 1), WantedPieces("SKU-0", 1))), RefundInvalid),
    ],
)
def test_refund_that_does_not_fit_is_refused(wanted: WantedRefund, refusal: type[AppError]) -> None:
    order = order_of((2, 100))

    with pytest.raises(refusal):
        rules.plan_refund(order, stands(order), wanted)


def test_cancelling_gives_back_delivery_too_while_nothing_was_sent() -> None:
    order = order_of((2, 100), (1, 300), delivery=50)
    part = sent(order, {0: 1})

    assert rules.plan_cancel(order, stands(order), restock=True)[0] == Money(550, "GBP")
    amount, pieces = rules.plan_cancel(part, stands(part), restock=False)
    assert amount == Money(400, "GBP")
    assert pieces == {0: RefundedPieces(1, 1, 0), 1: RefundedPieces(1, 1, 0)}
    whole = sent(part, {0: 1, 1: 1})
    with pytest.raises(NothingToCancel):
        rules.plan_cancel(whole, stands(whole), restock=True)


def test_cancelling_gives_back_no_more_than_is_left() -> None:
    order = refunded(sent(order_of((2, 100)), {0: 1}), 150)

    assert rules.plan_cancel(order, stands(order), restock=True)[0] == Money(50, "GBP")


@pytest.mark.parametrize("pieces", [{}, {0: 3}, {0: 0}, {1: 1}, {0: -1}])
def test_parcel_without_pieces_to_send_is_refused(pieces: dict[int, int]) -> None:
    order = order_of((2, 100))

    with pytest.raises(ShipmentInvalid):
        rules.check_shipment(order, stands(order), pieces)


def test_withdrawn_order_is_neither_sent_nor_late() -> None:
    order = replace(order_of((1, 100)), withdrawn_at=PLACED)

    assert stands(order).send_by is None
    with pytest.raises(WithdrawnOrder):
        rules.check_shipment(order, stands(order), {0: 1})


@pytest.mark.parametrize(
    ("arrived", "until"),
    [
        # A Tuesday's fourteen days end on a Tuesday; the day of delivery does not count.
        ((2026, 11, 24), datetime(2026, 12, 9, tzinfo=UTC)),
        # They would end on a Saturday: the next working day is Monday.
        ((2026, 11, 28), datetime(2026, 12, 15, tzinfo=UTC)),
        # Half past eleven at night in winter is the same day in London.
        ((2026, 11, 23), datetime(2026, 12, 8, tzinfo=UTC)),
    ],
)
def test_days_to_withdraw_count_from_the_last_delivery(
    arrived: tuple[int, int, int], until: datetime
) -> None:
    last = datetime(*arrived, 23, 30, tzinfo=UTC)
    order = sent(order_of((2, 100)), {0: 1}, PLACED)

    assert stands(order).withdraw_until is None
    assert stands(sent(order, {0: 1})).withdraw_until is None
    assert stands(sent(order, {0: 1}, last)).withdraw_until == until


def test_a_day_to_withdraw_is_the_buyers_day() -> None:
    """Half past nine at night in London is the next day in Dubai."""
    order = sent(order_of((1, 100)), {0: 1}, datetime(2026, 11, 24, 21, 30, tzinfo=UTC))

    found = rules.progress(order, "Asia/Dubai").withdraw_until

    assert found == datetime(2026, 12, 9, 20, tzinfo=UTC)


@dataclass
class Ledger:
    """The slow oracle: every piece and every penny by itself. A piece is [sent, refunded, back]."""

    pieces: list[list[list[bool]]]
    money: int
    back: int = 0
    sold: list[int] = field(default_factory=list)
    lost: int = 0

    @classmethod
    def of(cls, order: Order) -> Ledger:
        return cls(
            [[[False] * 3 for _ in range(item.quantity)] for item in order.items],
            order.total.amount,
            sold=[item.quantity for item in order.items],
        )

    def send(self, at: int) -> None:
        next(one for one in self.pieces[at] if not any(one))[0] = True

    def refund(self, at: int) -> None:
        """One that was not sent first, then one that is back."""
        left = [one for one in self.pieces[at] if not one[1]]
        min(left, key=lambda one: (one[0], not one[2]))[1] = True

    def come_back(self, at: int) -> None:
        """One that was refunded first."""
        away = [one for one in self.pieces[at] if one[0] and not one[2]]
        min(away, key=lambda one: not one[1])[2] = True

    def pay_back(self, amount: int, pieces: dict[int, RefundedPieces]) -> None:
        self.back += amount
        for at, each in pieces.items():
            for _ in range(each.quantity):
                self.refund(at)
            for _ in range(max(each.restock - each.unsent, 0)):
                self.come_back(at)
            self.sold[at] -= each.restock

    def owed(self, prices: list[int]) -> tuple[int, int]:
        """(what is due now, what may wait) after a withdrawal from everything: the price of pieces
        that the buyer has may wait, and delivery as long as there are any.
        """
        left = max(self.money - self.back - self.lost, 0)
        away = [
            price
            for price, pieces in zip(prices, self.pieces, strict=True)
            for one in pieces
            if one[0] and not one[2] and not one[1]
        ]
        if not any(one[0] and not one[2] for pieces in self.pieces for one in pieces):
            return left, 0
        goods = sum(price * len(pieces) for price, pieces in zip(prices, self.pieces, strict=True))
        waits = min(sum(away) + self.money - goods, left)
        return left - waits, waits


def agree(order: Order, ledger: Ledger) -> None:
    now = stands(order)
    for line, pieces in zip(now.lines, ledger.pieces, strict=True):
        assert line.to_send == sum(not sent and not refunded for sent, refunded, _ in pieces)
        assert line.sent == sum(was_sent for was_sent, _, _ in pieces)
        assert line.refunded == sum(was_refunded for _, was_refunded, _ in pieces)
        assert line.returned == sum(is_back for _, _, is_back in pieces) <= line.sent
    assert now.refunded.amount + now.promised.amount == ledger.back
    assert now.left.amount == ledger.money - ledger.back >= 0
    sold = {at: item.quantity for at, item in enumerate(order.items)}
    for refund in order.refunds:
        for at, each in refund.pieces.items():
            sold[at] -= each.restock if refund.counts else 0
    for back in order.returns:
        for at, returned in back.pieces.items():
            sold[at] -= returned.restock
    assert list(sold.values()) == ledger.sold and min(ledger.sold) >= 0
    withdrawn = rules.owed(replace(order, withdrawn_at=PLACED), now, ZONE)
    assert withdrawn is not None
    prices = [item.unit_price.amount for item in order.items]
    assert (withdrawn.now.amount, withdrawn.withheld.amount) == ledger.owed(prices)


def test_refund_that_failed_reopens_its_money_alone() -> None:
    order = order_of((3, 100))
    done = refunded(order, 100, {0: RefundedPieces(1, 1, 1)})
    (made,) = done.refunds
    later = made.made_at + timedelta(days=3)
    failed = replace(made, state=RefundState.FAILED, failed_at=later)
    order = replace(done, refunds=(failed,))
    again = replace(
        made, id=ids.new(), pieces={}, amount=Money(60, "GBP"), made_at=later + timedelta(hours=1)
    )

    now, then = stands(order), stands(replace(order, refunds=(failed, again)))

    assert now.lines == stands(done).lines
    assert (now.refunded.amount, now.reopened.amount, now.left.amount) == (0, 100, 300)
    assert (then.refunded.amount, then.reopened.amount, then.left.amount) == (60, 40, 240)
    assert stands(order.as_of(later - timedelta(hours=1))).refunded.amount == 100


def a_step(order: Order, ledger: Ledger, dice: random.Random) -> Order:
    """Try something, and do it in both books if it is allowed."""
    now = stands(order)
    wish = dice.choice(["send", "send", "refund", "refund", "sum", "cancel", "back", "back"])
    if wish == "back":
        return came_back(order, ledger, dice)
    if wish == "send":
        pieces = {at: dice.randint(0, 3) for at in range(len(order.items))}
        rules.check_shipment(order, now, pieces)
        for at, count in pieces.items():
            for _ in range(count):
                ledger.send(at)
        return sent(order, pieces)
    # What fails was done before: `test_refund_that_failed_reopens_its_money_alone`.
    state = dice.choice([each for each in RefundState if each is not RefundState.FAILED])
    amount, parts = a_refund(order, wish, dice)
    if state is not RefundState.REFUSED:
        ledger.pay_back(amount.amount, parts)
    return refunded(order, amount.amount, parts, state)


def a_refund(
    order: Order, wish: str, dice: random.Random
) -> tuple[Money, dict[int, RefundedPieces]]:
    now = stands(order)
    if wish == "cancel":
        return rules.plan_cancel(order, now, restock=dice.random() < 0.5)
    if wish == "sum":
        wanted = WantedRefund(amount=Money(dice.randint(1, order.total.amount), "GBP"))
        return rules.plan_refund(order, now, wanted)
    count = dice.randint(1, 3)
    sku = f"SKU-{dice.randrange(len(order.items))}"
    chosen = WantedPieces(sku, count, dice.randint(0, count))
    return rules.plan_refund(order, now, WantedRefund((chosen,)))


def came_back(order: Order, ledger: Ledger, dice: random.Random) -> Order:
    at, count = dice.randrange(len(order.items)), dice.randint(1, 3)
    damaged = dice.randint(0, count)
    wanted = WantedReturn(f"SKU-{at}", count, damaged, dice.randint(0, count))
    lost = Money(dice.randint(0, order.items[at].unit_price.amount * count), "GBP")
    pieces, value = rules.plan_return(order, stands(order), [wanted], lost)
    for _ in range(count):
        ledger.come_back(at)
    ledger.sold[at] -= wanted.restock
    ledger.lost += value.amount
    return replace(order, returns=(*order.returns, Return(ids.new(), pieces, value, PLACED)))


def test_no_penny_and_no_piece_goes_astray_in_any_sequence() -> None:
    done = 0
    for seed in range(SEQUENCES):
        dice = random.Random(seed)
        lines = [(dice.randint(1, 4), dice.randint(1, 999)) for _ in range(dice.randint(1, 3))]
        order = order_of(*lines, delivery=dice.choice([0, 395]))
        ledger = Ledger.of(order)
        for _ in range(10):
            try:
                order = a_step(order, ledger, dice)
                done += 1
            except AppError:
                pass
            agree(order, ledger)
    assert done > SEQUENCES * 2


def kept_last(order: Order) -> Order:
    """From the last line nobody may withdraw."""
    last = replace(order.items[-1], no_withdrawal=NoWithdrawal.PERISHABLE)
    return replace(order, items=(*order.items[:-1], last))


def due(order: Order) -> int:
    return rules.due_back(order, stands(order)).amount


def test_withdrawal_gives_all_back_but_goods_that_stay_and_their_delivery() -> None:
    order = order_of((2, 100), (1, 300), delivery=50)

    assert due(order) == 550
    assert due(kept_last(order)) == 200


def test_what_was_given_back_before_is_not_due_again() -> None:
    order = kept_last(order_of((2, 100), (1, 300), delivery=50))
    one, both = RefundedPieces(1, 0, 0), RefundedPieces(2, 0, 0)

    assert due(refunded(order, 100, {0: one})) == 100
    assert due(refunded(order, 200, {0: both})) == 0
    # As a sum, without naming the pieces.
    assert due(refunded(order, 200)) == 0
    assert due(refunded(order, 80)) == 120
    assert due(refunded(order, 550)) == 0
    # What stays was given back too: the others are due all the same.
    assert due(refunded(order, 300, {1: one})) == 200
