"""What comes back, and what is owed for it, by Directive 2011/83/EU art 13 and 14."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from showfloor.kit import ids
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal
from showfloor.orders import rules
from showfloor.orders.errors import NothingToReturn, ReturnInvalid
from showfloor.orders.types import (
    AgreedDelivery,
    Order,
    Owed,
    Quote,
    Refund,
    RefundCause,
    RefundedPieces,
    RefundState,
    Return,
    ReturnedPieces,
    ReturnProof,
    Shipment,
    WantedReturn,
)
from tests.unit.orders.orders_of_tests import PLACED, ZONE, order_of

WITHDRAWN = datetime(2026, 12, 1, 9, 41, tzinfo=UTC)
FOURTEEN_DAYS = datetime(2026, 12, 16, tzinfo=UTC)


def gbp(amount: int) -> Money:
    return Money(amount, "GBP")


def sent_and_withdrawn(order: Order) -> Order:
    everything = {at: item.quantity for at, item in enumerate(order.items)}
    parcel = Shipment(ids.new(), everything, "Post", None, PLACED)
    return replace(order, shipments=(parcel,), withdrawn_at=WITHDRAWN)


def back(order: Order, at: int, count: int, damaged: int = 0, lost: int = 0) -> Order:
    pieces = {at: ReturnedPieces(count, damaged, 0)}
    new = Return(ids.new(), pieces, gbp(lost), WITHDRAWN + timedelta(days=3))
    return replace(order, returns=(*order.returns, new))


def refunded(order: Order, amount: int, at: int, count: int) -> Order:
    pieces = {at: RefundedPieces(count, 0, 0)}
    new = Refund(ids.new(), gbp(amount), RefundCause.REFUND, pieces, WITHDRAWN, RefundState.DONE)
    return replace(order, refunds=(*order.refunds, new))


def owed(order: Order) -> Owed:
    found = rules.owed(order, rules.progress(order, ZONE), ZONE)
    assert found is not None
    return found


def sums(order: Order) -> tuple[int, int]:
    found = owed(order)
    return found.now.amount, found.withheld.amount


def test_nothing_is_owed_as_long_as_nobody_withdrew() -> None:
    order = order_of((1, 100))

    assert rules.owed(order, rules.progress(order, ZONE), ZONE) is None


def test_what_was_never_sent_is_owed_at_once() -> None:
    order = replace(order_of((2, 100), delivery=50), withdrawn_at=WITHDRAWN)

    assert sums(order) == (250, 0)
    assert owed(order).by == FOURTEEN_DAYS
    assert owed(order).send_back_by is None
    assert owed(order).pieces == {0: 2}


def test_money_may_wait_until_the_goods_are_back() -> None:
    order = sent_and_withdrawn(order_of((2, 100), (1, 300), delivery=50))
    one = back(order, 0, 1)
    two = back(one, 1, 1)
    all_of_it = back(two, 0, 1)

    assert sums(order) == (0, 550)
    assert owed(order).send_back_by == FOURTEEN_DAYS
    assert (sums(one), owed(one).pieces) == ((100, 450), {0: 1})
    assert sums(two) == (400, 150)
    # Delivery with the last of them (art 13(1)).
    assert (sums(all_of_it), owed(all_of_it).send_back_by) == ((550, 0), None)


def test_money_may_not_wait_once_the_buyer_showed_that_the_goods_were_sent() -> None:
    order = sent_and_withdrawn(order_of((2, 100), delivery=50))
    shown = replace(order, return_proof=ReturnProof("Post", "RM 1", WITHDRAWN))

    assert (sums(shown), owed(shown).pieces) == ((250, 0), {0: 2})


def test_what_came_back_after_fourteen_days_is_owed_from_then_on() -> None:
    order = sent_and_withdrawn(order_of((1, 100)))
    late = WITHDRAWN + timedelta(days=30)
    new = Return(ids.new(), {0: ReturnedPieces(1, 0, 0)}, gbp(0), late)

    assert owed(replace(order, returns=(new,))).by == late


def came_late(order: Order, at: int, days: int) -> Order:
    late = Return(ids.new(), {at: ReturnedPieces(1, 0, 0)}, gbp(0), WITHDRAWN + timedelta(days))
    return replace(order, returns=(*order.returns, late))


def test_late_return_hides_no_money_that_was_due_before() -> None:
    order = replace(order_of((1, 100), (1, 300)), withdrawn_at=WITHDRAWN)
    parcel = Shipment(ids.new(), {0: 1}, "Post", None, PLACED)
    late = came_late(replace(order, shipments=(parcel,)), 0, 30)
    unsent = RefundedPieces(1, 1, 0)
    paid = Refund(ids.new(), gbp(300), RefundCause.REFUND, {1: unsent}, WITHDRAWN, RefundState.DONE)
    by_sum = replace(paid, pieces={})

    assert (sums(late), owed(late).by) == ((400, 0), FOURTEEN_DAYS)
    for refund in (paid, by_sum):
        rest = replace(late, refunds=(refund,))
        assert (sums(rest), owed(rest).by) == ((100, 0), WITHDRAWN + timedelta(30))


def test_second_late_return_hides_not_the_first() -> None:
    first = came_late(sent_and_withdrawn(order_of((2, 100))), 0, 20)
    second = came_late(first, 0, 30)

    assert (sums(second), owed(second).by) == ((200, 0), WITHDRAWN + timedelta(20))
    rest = refunded(second, 100, 0, 1)
    assert (sums(rest), owed(rest).by) == ((100, 0), WITHDRAWN + timedelta(30))


def test_lost_value_is_kept_once() -> None:
    order = sent_and_withdrawn(order_of((3, 100)))
    damaged = back(order, 0, 1, damaged=1, lost=30)
    paid = refunded(damaged, 70, 0, 1)

    assert sums(damaged) == (70, 200)
    assert sums(paid) == (0, 200)
    assert sums(back(paid, 0, 1)) == (100, 100)
    assert sums(back(paid, 0, 2)) == (200, 0)


def kept_beside(*lines: tuple[int, int], delivery: int = 0) -> Order:
    """The last line's goods are such that nobody may withdraw from their purchase."""
    order = order_of(*lines, delivery=delivery)
    last = replace(order.items[-1], no_withdrawal=NoWithdrawal.PERISHABLE)
    return replace(order, items=(*order.items[:-1], last))


def test_lost_value_is_kept_once_beside_goods_that_stay() -> None:
    order = sent_and_withdrawn(kept_beside((2, 100), (1, 300), delivery=50))
    damaged = back(order, 0, 1, damaged=1, lost=30)
    paid = refunded(damaged, 70, 0, 1)
    all_of_it = back(paid, 0, 1)

    assert sums(order) == (0, 200)
    assert sums(damaged) == (70, 100)
    assert sums(paid) == (0, 100)
    assert sums(all_of_it) == (100, 0)
    assert sums(refunded(all_of_it, 100, 0, 1)) == (0, 0)


def sent_fast(order: Order) -> Order:
    """For 900, which is 505 more than the cheapest way."""
    day = date(2026, 11, 25)
    fast = AgreedDelivery(ids.new(), {"en": "Fast"}, gbp(900), day, day, day, standard=gbp(395))
    goods = order.total - gbp(900)
    return replace(order, quote=Quote(ids.new(), "GB", goods, order.total, (), fast))


def test_what_a_faster_delivery_cost_more_stays() -> None:
    quoted = sent_fast(order_of((1, 100), delivery=900))
    sent = sent_and_withdrawn(quoted)

    assert (sums(back(sent, 0, 1)), owed(sent).delivery_kept) == ((495, 0), gbp(505))
    # Nothing was sent: there is no delivery to pay for.
    assert sums(replace(quoted, withdrawn_at=WITHDRAWN)) == (1000, 0)


def test_no_more_of_delivery_is_said_to_stay_than_the_seller_has() -> None:
    sent = sent_and_withdrawn(sent_fast(order_of((1, 100), delivery=900)))
    beside = sent_and_withdrawn(sent_fast(kept_beside((1, 100), (1, 300), delivery=900)))

    assert owed(refunded(sent, 600, 0, 1)).delivery_kept == gbp(400)
    assert owed(refunded(sent, 1000, 0, 1)).delivery_kept == gbp(0)
    # All of delivery stays, whichever way was chosen.
    assert owed(beside).delivery_kept == gbp(0)


def test_goods_from_which_nobody_withdraws_are_not_waited_for() -> None:
    sent = sent_and_withdrawn(kept_beside((1, 100), (1, 300), delivery=50))

    assert sums(sent) == (0, 100)
    assert sums(back(sent, 0, 1)) == (100, 0)


@pytest.mark.parametrize(
    "wanted",
    [
        (),
        (WantedReturn("SKU-0", 3),),
        (WantedReturn("SKU-0", 0),),
        (WantedReturn("SKU-7", 1),),
        (WantedReturn("SKU-0", 1, 2),),
        (WantedReturn("SKU-0", 2, 1, 2),),
        (WantedReturn("SKU-0", 1), WantedReturn("SKU-0", 1)),
        (WantedReturn("SKU-1", 1),),
    ],
)
def test_return_that_does_not_fit_is_refused(wanted: tuple[WantedReturn, ...]) -> None:
    order = order_of((2, 100), (1, 300))
    parcel = Shipment(ids.new(), {0: 2}, "Post", None, PLACED)
    order = replace(order, shipments=(parcel,))

    with pytest.raises(ReturnInvalid):
        rules.plan_return(order, rules.progress(order, ZONE), wanted, None)


@pytest.mark.parametrize("lost", [gbp(101), gbp(-1), Money(1, "EUR")])
def test_no_more_value_is_lost_than_the_damaged_pieces_cost(lost: Money) -> None:
    order = sent_and_withdrawn(order_of((2, 100)))
    wanted = (WantedReturn("SKU-0", 2, 1),)

    with pytest.raises(ReturnInvalid):
        rules.plan_return(order, rules.progress(order, ZONE), wanted, lost)


@pytest.mark.parametrize(("lost", "fits"), [(gbp(100), True), (gbp(101), False)])
def test_goods_that_stay_paid_lose_no_value_to_the_others(lost: Money, fits: bool) -> None:
    order = sent_and_withdrawn(kept_beside((2, 100), (1, 300)))
    wanted = (WantedReturn("SKU-0", 2, 1), WantedReturn("SKU-1", 1, 1))
    stands = rules.progress(order, ZONE)

    if fits:
        assert rules.plan_return(order, stands, wanted, lost)[1] == lost
    else:
        with pytest.raises(ReturnInvalid):
            rules.plan_return(order, stands, wanted, lost)


def test_value_that_goods_lost_which_stay_paid_is_not_the_others() -> None:
    """Returns that were received before this was refused."""
    order = sent_and_withdrawn(kept_beside((2, 100), (1, 300)))
    of_kept = back(back(order, 0, 2), 1, 1, damaged=1, lost=250)

    assert sums(of_kept) == (200, 0)
    assert owed(of_kept).value_lost == gbp(0)


def test_proof_of_sending_needs_something_to_send_back() -> None:
    order = sent_and_withdrawn(order_of((1, 100)))
    refused = (replace(order, withdrawn_at=None), replace(order, shipments=()), back(order, 0, 1))

    rules.check_proof(order, 1)
    for each in refused:
        with pytest.raises(NothingToReturn):
            rules.check_proof(each, 1)


def test_order_as_of_a_moment_lacks_what_came_later() -> None:
    """Who asks when money was due keeps what was refunded since."""
    order = refunded(back(sent_and_withdrawn(order_of((2, 100))), 0, 1), 100, 0, 1)
    shown = replace(order, return_proof=ReturnProof("Post", "RM 1", WITHDRAWN))
    before = WITHDRAWN - timedelta(seconds=1)

    assert shown.as_of(WITHDRAWN + timedelta(days=3)) == shown
    assert shown.as_of(WITHDRAWN) == replace(shown, returns=())
    assert shown.as_of(before) == replace(shown, returns=(), return_proof=None, refunds=())
    assert shown.back_by(before) == replace(shown, returns=(), return_proof=None)


def test_return_is_open_until_goods_and_money_are_back() -> None:
    """Goods whose money went back are waited for until the day by which they are to be sent."""
    sent = sent_and_withdrawn(order_of((1, 100)))
    paid, came = refunded(sent, 100, 0, 1), back(sent, 0, 1)
    orders = [sent, paid, came, back(paid, 0, 1)]

    def is_open(now: datetime) -> list[bool]:
        return [rules.is_open(owed(each), now) for each in orders]

    assert is_open(FOURTEEN_DAYS - timedelta(seconds=1)) == [True, True, True, False]
    assert is_open(FOURTEEN_DAYS) == [True, False, True, False]
    assert not rules.is_open(None, WITHDRAWN)


def test_what_is_due_soonest_stands_first_in_the_line_of_returns() -> None:
    unsent = replace(order_of((1, 100)), withdrawn_at=WITHDRAWN)
    waits = sent_and_withdrawn(order_of((1, 100)))
    came = came_late(waits, 0, 30)
    overdue = replace(unsent, id=ids.new(), withdrawn_at=WITHDRAWN - timedelta(days=20))
    ended = refunded(came, 100, 0, 1)

    def place(order: Order) -> tuple[int, datetime]:
        return rules.place_in_line(order, owed(order), ZONE, WITHDRAWN)[:2]

    line = sorted([waits, came, unsent, overdue], key=place)

    assert line == [overdue, unsent, came, waits]
    # Who reads on after an order whose return ended meanwhile misses none that stood after it.
    assert place(ended) <= place(came)
