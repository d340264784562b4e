"""A buyer withdraws from some goods, and later from more (Directive 2011/83/EU art 9, 13, 14)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from showfloor.kit import ids
from showfloor.kit.errors import AppError
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal
from showfloor.orders import rules
from showfloor.orders.errors import (
    NothingToReturn,
    ShipmentInvalid,
    WithdrawalExcluded,
    WithdrawalInvalid,
    WithdrawnOrder,
)
from showfloor.orders.types import (
    Order,
    Owed,
    Progress,
    Refund,
    RefundCause,
    RefundState,
    Return,
    ReturnedPieces,
    ReturnProof,
    Shipment,
    WantedPieces,
    WantedRefund,
    WantedReturn,
    Withdrawal,
)
from tests.unit.orders.orders_of_tests import PLACED, ZONE, order_of

SEQUENCES = 500
DAY = timedelta(days=1)
FIRST = datetime(2026, 12, 1, 9, 41, tzinfo=UTC)
"""A Tuesday, as the days after which the fourteen days of the first and the second end."""
SECOND = FIRST + 7 * DAY


def stands(order: Order) -> Progress:
    return rules.progress(order, ZONE)


def withdrawn(order: Order, pieces: Mapping[str, int] | None, at: datetime = FIRST) -> Order:
    chosen = rules.plan_withdrawal(order, pieces)
    order = replace(order, withdrawn_at=order.withdrawn_at or at)
    if chosen is None:
        return order
    return replace(order, withdrawals=(*order.withdrawals, Withdrawal(ids.new(), chosen, at)))


def sent(order: Order, pieces: dict[int, int], at: datetime = PLACED) -> Order:
    parcel = Shipment(ids.new(), pieces, "Post", None, at)
    return replace(order, shipments=(*order.shipments, parcel))


def refunded(order: Order, wanted: WantedRefund, at: datetime) -> Order:
    amount, pieces = rules.plan_refund(order, stands(order), wanted)
    new = Refund(ids.new(), amount, RefundCause.REFUND, pieces, at, RefundState.DONE)
    return replace(order, refunds=(*order.refunds, new))


def paid(order: Order, sku: str, count: int, at: datetime) -> Order:
    return refunded(order, WantedRefund((WantedPieces(sku, count),)), at)


def back(order: Order, at: int, count: int, when: datetime) -> Order:
    new = Return(ids.new(), {at: ReturnedPieces(count, 0, 0)}, Money(0, "GBP"), when)
    return replace(order, returns=(*order.returns, new))


def owed(order: Order) -> Owed:
    found = rules.owed(order, stands(order), ZONE)
    assert found is not None
    return found


def sums(order: Order) -> tuple[int, int]:
    found = owed(order)
    return found.now.amount, found.withheld.amount


def two_lines() -> Order:
    return order_of((3, 100), (1, 300), delivery=50)


def test_price_of_what_was_chosen_is_owed_and_delivery_stays_with_the_rest() -> None:
    order = withdrawn(two_lines(), {"SKU-0": 2})

    assert sums(order) == (200, 0)
    assert (owed(order).pieces, owed(order).delivery_kept.amount) == ({0: 2}, 0)


def test_delivery_follows_with_the_last_of_the_goods() -> None:
    order = withdrawn(withdrawn(two_lines(), {"SKU-0": 2}), None, SECOND)

    assert [each.pieces for each in order.withdrawals] == [{0: 2}, {0: 1, 1: 1}]
    assert sums(order) == (650, 0)
    assert sums(paid(order, "SKU-0", 2, SECOND + DAY)) == (450, 0)


def test_all_of_it_in_one_choice_is_the_whole_order() -> None:
    order = two_lines()

    assert withdrawn(order, {"SKU-0": 3, "SKU-1": 1}) == withdrawn(order, None)
    assert withdrawn(order, None).withdrawals == ()


def test_money_waits_only_for_goods_that_the_buyer_withdrew_from() -> None:
    order = withdrawn(sent(two_lines(), {0: 3, 1: 1}), {"SKU-1": 1})
    came = back(order, 1, 1, FIRST + DAY)

    assert (sums(order), owed(order).send_back_by is None) == ((0, 300), False)
    assert (sums(came), owed(came).send_back_by) == ((300, 0), None)


def test_pieces_that_were_not_sent_are_withdrawn_from_first() -> None:
    order = withdrawn(sent(two_lines(), {0: 2}), {"SKU-0": 1})

    line = stands(order).lines[0]
    assert (line.withdrawn, line.stopped, line.sendable, line.to_return) == (1, 1, 0, 0)
    assert sums(order) == (100, 0)


def test_what_was_not_withdrawn_from_is_sent_and_nothing_else() -> None:
    order = withdrawn(two_lines(), {"SKU-0": 2})

    rules.check_shipment(order, stands(order), {0: 1, 1: 1})
    assert stands(order).send_by is not None
    with pytest.raises(WithdrawnOrder):
        rules.check_shipment(order, stands(order), {0: 2})
    with pytest.raises(ShipmentInvalid):
        rules.check_shipment(order, stands(order), {1: 2})
    after = paid(order, "SKU-0", 2, FIRST + DAY)
    assert [line.sendable for line in stands(after).lines] == [1, 1]


def test_each_withdrawal_has_fourteen_days_of_its_own() -> None:
    order = sent(two_lines(), {0: 3, 1: 1})
    both = withdrawn(withdrawn(order, {"SKU-0": 1}), {"SKU-1": 1}, SECOND)
    first = both.withdrawals[0]
    ends = [rules.fourteen_days_after(each.at, ZONE) for each in both.withdrawals]

    assert owed(both).send_back_by == ends[0]
    one = back(both, 0, 1, SECOND + DAY)
    assert (sums(one), owed(one).by, owed(one).send_back_by) == ((100, 300), ends[0], ends[1])
    rest = back(paid(one, "SKU-0", 1, SECOND + 2 * DAY), 1, 1, SECOND + 3 * DAY)
    assert (sums(rest), owed(rest).by) == ((300, 0), ends[1])
    assert both.as_of(first.at).withdrawals == (first,)


def test_proof_of_sending_is_for_what_was_withdrawn_from_by_then() -> None:
    order = withdrawn(sent(two_lines(), {0: 3, 1: 1}), {"SKU-0": 1})
    shown = replace(order, return_proof=rules.proof_of(order, "Post", "RM 1", FIRST + DAY, 1))
    more = withdrawn(shown, {"SKU-1": 1}, SECOND)
    proof = ReturnProof(None, None, SECOND + DAY, covers=2)
    both = replace(more, return_proof=proof, earlier_proofs=more.proofs)

    assert (sums(shown), sums(more), sums(both)) == ((100, 0), (100, 300), (400, 0))
    # Corrected, each keeps when it came.
    at = [rules.proof_of(both, "Post", "RM 3", SECOND + 5 * DAY, covers).at for covers in (1, 2)]
    assert at == [FIRST + DAY, SECOND + DAY]


def test_order_stands_in_the_line_of_returns_by_the_goods_that_are_still_away() -> None:
    order = withdrawn(sent(two_lines(), {0: 3, 1: 1}), {"SKU-0": 1})
    order = withdrawn(order, {"SKU-1": 1}, SECOND)
    ends = [rules.fourteen_days_after(each.at, ZONE) for each in order.withdrawals]
    came = paid(back(order, 0, 1, SECOND), "SKU-0", 1, SECOND)

    places = [rules.place_in_line(each, owed(each), ZONE, SECOND)[:2] for each in (order, came)]
    assert places == [(1, ends[0]), (1, ends[1])]


def test_proof_is_corrected_as_long_as_the_buyer_has_its_goods() -> None:
    order = withdrawn(sent(two_lines(), {0: 3, 1: 1}), {"SKU-0": 1})
    shown = replace(order, return_proof=rules.proof_of(order, "Post", "RM 1", FIRST + DAY, 1))
    more = withdrawn(shown, {"SKU-1": 1}, SECOND)

    for covers in (1, 2):
        rules.check_proof(more, covers)
    came = back(more, 0, 1, SECOND + DAY)
    rules.check_proof(came, 2)
    for order, covers in ((came, 1), (more, 3), (replace(more, return_proof=None), 1)):
        with pytest.raises(NothingToReturn):
            rules.check_proof(order, covers)


def test_each_withdrawal_knows_what_of_it_the_buyer_has() -> None:
    """Those of unsent goods nothing."""
    order = withdrawn(sent(two_lines(), {0: 3}), {"SKU-0": 2})
    order = withdrawn(order, {"SKU-1": 1}, SECOND)

    assert rules.to_return(order) == ({0: 2}, {})
    assert rules.to_return(back(order, 0, 1, SECOND + DAY)) == ({0: 1}, {})
    assert (owed(order).send_back_by, owed(order).all_back_by) == (
        rules.fourteen_days_after(FIRST, ZONE),
    ) * 2


def test_what_was_refunded_before_is_not_what_was_withdrawn_from_later() -> None:
    """A cancelled piece does not pay for one from which the buyer withdraws."""
    order = paid(two_lines(), "SKU-0", 1, FIRST - DAY)

    one = withdrawn(order, {"SKU-0": 1})
    assert sums(one) == (100, 0)
    assert sums(paid(one, "SKU-0", 1, FIRST + DAY)) == (0, 0)
    with pytest.raises(WithdrawalInvalid):
        withdrawn(order, {"SKU-0": 3})


def test_refund_that_is_refused_later_leaves_no_piece_behind() -> None:
    promised = replace(
        paid(two_lines(), "SKU-0", 1, FIRST - DAY).refunds[0], state=RefundState.PROMISED
    )
    order = replace(two_lines(), refunds=(promised,))
    order = withdrawn(order, {"SKU-0": 2})
    refused = replace(order, refunds=(replace(promised, state=RefundState.REFUSED),))

    assert (sums(order), sums(refused)) == ((200, 0), (300, 0))


def test_no_day_to_withdraw_has_passed_when_the_last_unsent_piece_drops_out() -> None:
    """Directive 2011/83/EU art 9(2)(b)(ii)."""
    parcel = Shipment(ids.new(), {0: 3}, "Post", None, PLACED, delivered_at=PLACED + DAY)
    order = replace(two_lines(), shipments=(parcel,))
    month = PLACED + 30 * DAY

    assert stands(order).withdraw_until is None
    for after in (withdrawn(order, {"SKU-1": 1}, month), paid(order, "SKU-1", 1, month)):
        assert stands(after).withdraw_until == rules.fourteen_days_after(month, ZONE)
    # What was sent, and what drops out before the others arrive, puts nothing off.
    early = paid(withdrawn(order, {"SKU-1": 1}, PLACED), "SKU-0", 1, month)
    assert stands(early).withdraw_until == rules.fourteen_days_after(PLACED + DAY, ZONE)


def test_no_more_pieces_are_written_than_the_buyer_chose() -> None:
    """A piece whose money went back before is none that the buyer withdraws from."""
    order = paid(sent(two_lines(), {0: 3, 1: 1}), "SKU-0", 1, FIRST - DAY)

    order = withdrawn(order, {"SKU-0": 2})

    assert [each.pieces for each in order.withdrawals] == [{0: 2}]
    assert stands(order).lines[0].to_return == 2
    assert sums(order) == (0, 200)


def test_sum_that_was_given_back_before_is_for_what_the_buyer_keeps() -> None:
    gift = WantedRefund(amount=Money(80, "GBP"))
    before = withdrawn(refunded(two_lines(), gift, FIRST - DAY), {"SKU-0": 1})
    after = refunded(withdrawn(two_lines(), {"SKU-0": 1}), gift, FIRST + DAY)

    assert (sums(before), sums(after)) == ((100, 0), (20, 0))
    assert sums(withdrawn(before, None, SECOND)) == (570, 0)


@pytest.mark.parametrize("wanted", [{}, {"SKU-0": 0}, {"SKU-0": 4}, {"SKU-7": 1}, {"SKU-0": -1}])
def test_withdrawal_that_does_not_fit_is_refused(wanted: dict[str, int]) -> None:
    with pytest.raises(WithdrawalInvalid):
        rules.plan_withdrawal(two_lines(), wanted)


def test_nobody_withdraws_twice_from_a_piece_or_from_goods_that_stay() -> None:
    order = two_lines()
    kept = replace(order.items[1], no_withdrawal=NoWithdrawal.PERISHABLE)
    order = withdrawn(replace(order, items=(order.items[0], kept)), {"SKU-0": 2})

    assert rules.open_pieces(order) == {0: 1}
    with pytest.raises(WithdrawalInvalid):
        rules.plan_withdrawal(order, {"SKU-0": 2})
    with pytest.raises(WithdrawalExcluded):
        rules.plan_withdrawal(order, {"SKU-0": 1, "SKU-1": 1})
    # Their delivery stays too, whatever else goes back.
    assert sums(withdrawn(order, None, SECOND)) == (300, 0)


@dataclass
class Thing:
    """One piece by itself."""

    price: int
    sent: bool = False
    back: bool = False
    paid: bool = False
    by: int | None = None


@dataclass
class Oracle:
    """Every piece by itself, moved in the order in which things happen."""

    lines: list[list[Thing]]
    delivery: int
    given: int = 0
    sums_before: int = 0
    withdrawals: int = 0
    proven: int = 0
    steps: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, order: Order, delivery: int) -> Oracle:
        prices = [(item.unit_price.amount, item.quantity) for item in order.items]
        return cls([[Thing(price) for _ in range(count)] for price, count in prices], delivery)

    def all(self) -> list[Thing]:
        return [each for line in self.lines for each in line]

    def send(self, at: int) -> None:
        left = (each for each in self.lines[at] if not each.sent and not each.paid)
        next(each for each in left if each.by is None).sent = True

    def pay(self, at: int, unsent: bool) -> None:
        found = [each for each in self.lines[at] if not each.paid and each.sent is not unsent]
        min(found, key=lambda one: (one.by is None, not one.back, one.by or 0)).paid = True

    def withdraw(self, at: int) -> None:
        found = [each for each in self.lines[at] if each.by is None]
        one = min(found, key=lambda one: (one.paid, one.sent, not one.back))
        one.by = self.withdrawals

    def come_back(self, at: int) -> None:
        found = [each for each in self.lines[at] if each.sent and not each.back]
        min(found, key=lambda one: (one.by is None, not one.paid, one.by or 0)).back = True

    def owed(self) -> tuple[int, int]:
        mine = [each for each in self.all() if each.by is not None and not each.paid]
        standing = [each for each in self.all() if each.by is None and not each.paid]
        paid_for = sum(each.price for each in self.all()) + self.delivery
        left = paid_for - self.given
        away = [
            each
            for each in self.all()
            if each.by is not None and each.sent and not each.back and each.by >= self.proven
        ]
        waits = sum(each.price for each in away if not each.paid)
        if standing:
            stays = self.delivery + sum(each.price for each in standing)
            goodwill = min(self.sums_before, sum(each.price for each in standing))
            due = min(sum(each.price for each in mine), left - stays + goodwill)
        else:
            due = left
            waits += self.delivery if away else 0
        due = max(due, 0)
        now = max(due - waits, 0)
        return now, due - now


WISHES = ["send", "send", "pay", "sum", "back", "back", "some", "some", "all", "prove"]


def a_step(order: Order, oracle: Oracle, dice: random.Random, now: datetime) -> Order:
    """Try something, and do it in both books if it is allowed."""
    at, count = dice.randrange(len(order.items)), dice.randint(1, 2)
    wish = dice.choice(WISHES)
    oracle.steps.append(f"{wish} {at} {count}")
    match wish:
        case "send":
            rules.check_shipment(order, stands(order), {at: count})
            for _ in range(count):
                oracle.send(at)
            return sent(order, {at: count}, now)
        case "pay":
            return a_refund(order, oracle, WantedRefund((WantedPieces(f"SKU-{at}", count),)), now)
        case "sum":
            amount = Money(dice.randint(1, 200), "GBP")
            return a_refund(order, oracle, WantedRefund(amount=amount), now)
        case "back":
            wanted = WantedReturn(f"SKU-{at}", count)
            rules.plan_return(order, stands(order), [wanted], None)
            for _ in range(count):
                oracle.come_back(at)
            return back(order, at, count, now)
        case "prove":
            return a_proof(order, oracle, now)
        case _:
            pieces = None if wish == "all" else {f"SKU-{at}": count}
            return a_withdrawal(order, oracle, pieces, now)


def a_refund(order: Order, oracle: Oracle, wanted: WantedRefund, now: datetime) -> Order:
    is_before = order.withdrawn_at is None
    order = refunded(order, wanted, now)
    new = order.refunds[-1]
    oracle.given += new.amount.amount
    if is_before and not new.pieces:
        oracle.sums_before += new.amount.amount
    for at, each in new.pieces.items():
        for piece in range(each.quantity):
            oracle.pay(at, unsent=piece < each.unsent)
    return order


def a_proof(order: Order, oracle: Oracle, now: datetime) -> Order:
    rules.check_proof(order, oracle.withdrawals)
    oracle.proven = oracle.withdrawals
    proof = rules.proof_of(order, "Post", "RM 1", now, oracle.withdrawals)
    others = tuple(each for each in order.proofs if each.covers != proof.covers)
    return replace(order, return_proof=proof, earlier_proofs=others)


def a_withdrawal(
    order: Order, oracle: Oracle, wanted: Mapping[str, int] | None, now: datetime
) -> Order:
    """As the service: from nothing nobody withdraws."""
    if order.withdrawn_at is not None and not rules.open_pieces(order):
        raise WithdrawalInvalid
    order = withdrawn(order, wanted, now)
    for at, number in rules.withdrawals_of(order)[-1].pieces.items():
        for _ in range(number):
            oracle.withdraw(at)
    oracle.withdrawals += 1
    return order


def test_no_penny_and_no_piece_goes_astray_whatever_buyers_withdraw_from() -> None:
    twice = 0
    for seed in range(SEQUENCES):
        dice = random.Random(seed)
        lines = [(dice.randint(1, 3), dice.randint(1, 300)) for _ in range(dice.randint(1, 3))]
        delivery = dice.choice([0, 395])
        order = order_of(*lines, delivery=delivery)
        oracle = Oracle.of(order, delivery)
        for hour in range(12):
            try:
                order = a_step(order, oracle, dice, PLACED + timedelta(hours=hour))
            except AppError:
                oracle.steps.pop()
                continue
            agree(order, oracle)
        twice += len(order.withdrawals) > 1
    assert twice > SEQUENCES / 10


def agree(order: Order, oracle: Oracle) -> None:
    now = stands(order)
    for line, things in zip(now.lines, oracle.lines, strict=True):
        assert line.withdrawn == sum(each.by is not None for each in things), oracle.steps
        assert line.standing == sum(each.by is None and not each.paid for each in things)
        assert line.to_return == sum(
            each.by is not None and each.sent and not each.back for each in things
        )
        assert line.sendable == sum(
            each.by is None and not each.sent and not each.paid for each in things
        )
    if order.withdrawn_at is None:
        return
    assert sums(order) == oracle.owed(), oracle.steps
    assert sum(sums(order)) <= now.left.amount
