"""Ten thousand random lives of orders leave no cent astray, against an oracle without entries.

The oracle reckons from what is left of each line, in fractions; the books add up what they posted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from random import Random
from uuid import UUID

import pytest

from showfloor.kit.money import Money
from showfloor.ledger import rules
from showfloor.ledger.errors import PayoutStepInvalid
from showfloor.ledger.types import (
    BANK,
    PLATFORM,
    TRANSIT,
    Account,
    BookedLine,
    BookedOrder,
    Entry,
    EntryKind,
    Payout,
    PayoutState,
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SELLERS = [Account.merchant(UUID(int=1)), Account.merchant(UUID(int=2))]
HOST = Account.creator(UUID(int=3))
BANKS = Account.provider("test")
SEQUENCES = 10_000


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


@dataclass
class Sold:
    """One order as the oracle sees it: what is left of each line, and what the provider took."""

    order: BookedOrder
    left: list[int]
    kept_by_provider: int

    @property
    def fee(self) -> int:
        goods = sum(self.left[at] for at, line in enumerate(self.order.lines) if line.position >= 0)
        return half_up(Fraction(goods * self.order.fee_rate, 10_000))

    @property
    def commission(self) -> int:
        return sum(
            half_up(Fraction(self.left[at] * line.rate, 10_000))
            for at, line in enumerate(self.order.lines)
            if line.position >= 0
        )


@dataclass
class World:
    random: Random
    balances: Counter[Account] = field(default_factory=Counter)
    sold: list[Sold] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    paid: Counter[Account] = field(default_factory=Counter)
    number: int = 10

    def new_id(self) -> UUID:
        self.number += 1
        return UUID(int=self.number)

    def post(self, entries: list[Entry]) -> None:
        for entry in entries:
            assert sum(posting.amount for posting in entry.postings) == 0
            for posting in entry.postings:
                self.balances[posting.account] += posting.amount

    def capture(self) -> None:
        draw = self.random.randrange
        goods = [BookedLine(at, draw(1, 9_999), draw(9_001)) for at in range(draw(1, 4))]
        lines = (*goods, BookedLine(-1, draw(1, 900))) if draw(2) else tuple(goods)
        order = BookedOrder(
            order_id=self.new_id(),
            number="LW-1",
            merchant_id=SELLERS[draw(2)].owner_id,
            creator_id=HOST.owner_id,
            show_id=None,
            provider="test",
            currency="EUR",
            fee_rate=draw(1_500),
            placed_at=NOW,
            lines=lines,
        )
        paid = sum(line.amount for line in lines)
        provider_fee = min(paid, draw(60))
        self.sold.append(Sold(order, [line.amount for line in lines], provider_fee))
        self.post(rules.of_sale(order, provider_fee))

    def give_back(self, kind: EntryKind, *, everything: bool = False) -> None:
        """A refund of a sum or of pieces, a cancellation of all that is left, a chargeback."""
        if not self.sold:
            return
        sold = self.random.choice(self.sold)
        left = sum(sold.left)
        amount = left if everything else self.random.randint(0, left)
        if not amount:
            return
        goods = [line.position for line in sold.order.lines if line.position >= 0]
        chosen = self.random.sample(goods, self.random.randint(0, len(goods)))
        prices = {at: self.random.randint(1, 9_999) for at in chosen}
        shares = rules.spread_refund(amount, sold.order.lines, prices)
        self.post(rules.of_return(sold.order, kind, self.new_id(), amount, shares, NOW))
        sold.order = rules.with_back(sold.order, shares)
        for at, line in enumerate(sold.order.lines):
            sold.left[at] -= shares.get(line.position, 0)
        assert sum(sold.left) == left - amount

    def pay_out(self) -> None:
        account = self.random.choice([*SELLERS, HOST])
        payable = self.balances[account]
        if payable <= 0:
            return
        amount = Money(self.random.randint(1, payable), "EUR")
        payout = Payout(self.new_id(), UUID(int=4), account, amount, PayoutState.COMPUTED, NOW)
        self.payouts.append(payout)
        self.step(payout, PayoutState.APPROVED)

    def move_payout(self) -> None:
        if self.payouts:
            payout = self.random.choice(self.payouts)
            states = list(PayoutState)
            self.random.shuffle(states)
            any(self.step(payout, to) for to in states)

    def step(self, payout: Payout, to: PayoutState) -> bool:
        try:
            entry = rules.step(payout, to, NOW)
        except PayoutStepInvalid:
            return False
        self.post([entry] if entry else [])
        place = self.payouts.index(payout)
        self.payouts[place] = Payout(
            payout.id, payout.batch_id, payout.account, payout.amount, to, NOW
        )
        return True

    def expected(self) -> Counter[Account]:
        """From what is left of the orders and where the payouts are."""
        found: Counter[Account] = Counter()
        for sold in self.sold:
            left, seller = sum(sold.left), Account.merchant(sold.order.merchant_id)
            found[BANKS] += sold.kept_by_provider - left
            found[PLATFORM] += sold.fee
            found[HOST] += sold.commission
            found[seller] += left - sold.kept_by_provider - sold.fee - sold.commission
        for payout in self.payouts:
            amount = payout.amount.amount
            if payout.state in (PayoutState.APPROVED, PayoutState.SENT):
                found[payout.account] -= amount
                found[TRANSIT] += amount
            if payout.state is PayoutState.SETTLED:
                found[payout.account] -= amount
                found[BANK] += amount
        return found


def live(seed: int) -> World:
    world = World(Random(seed))
    for _ in range(world.random.randint(2, 14)):
        act = world.random.choice(
            [
                world.capture,
                world.capture,
                lambda: world.give_back(EntryKind.REFUND),
                lambda: world.give_back(EntryKind.REFUND, everything=True),
                lambda: world.give_back(EntryKind.CHARGEBACK),
                world.pay_out,
                world.move_payout,
                world.move_payout,
            ]
        )
        act()
    return world


def astray(world: World) -> dict[Account, int]:
    expected = world.expected()
    return {
        account: world.balances[account] - expected[account]
        for account in world.balances | expected
        if world.balances[account] != expected[account]
    }


def test_ten_thousand_random_sequences_leave_no_cent_astray() -> None:
    steps: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        world = live(seed)
        assert astray(world) == {}, f"seed {seed}"
        assert sum(world.balances.values()) == 0
        steps.update(payout.state.value for payout in world.payouts)
    assert min(steps[state] for state in ("approved", "sent", "settled", "failed", "returned")) > 50


def test_same_sequences_without_the_share_of_each_line_leave_cents_astray(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: where commission goes back in proportion to the whole order, cents are lost."""

    def of_whole(lines: tuple[BookedLine, ...]) -> int:
        goods = [line for line in lines if line.position >= 0]
        paid = sum(line.amount for line in goods) or 1
        whole = sum(rules.part_of(line.amount, line.rate) for line in goods)
        return whole * sum(line.left for line in goods) // paid

    monkeypatch.setattr("showfloor.ledger.rules.entries.commission_of", of_whole)

    assert any(astray(live(seed)) for seed in range(50))
