"""Which entries follow from a sale and from money that goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from showfloor.kit import ids
from showfloor.ledger import rules
from showfloor.ledger.errors import PeriodInvalid
from showfloor.ledger.types import (
    PLATFORM,
    Account,
    BookedLine,
    BookedOrder,
    Entry,
    EntryKind,
)
from tests.unit.ledger.test_sums import AMOUNTS, RATES, slow_part

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SELLER, HOST = UUID(int=1), UUID(int=2)


def order(*lines: BookedLine, fee_rate: int = 500) -> BookedOrder:
    return BookedOrder(
        order_id=UUID(int=3),
        number="LW-1",
        merchant_id=SELLER,
        creator_id=HOST,
        show_id=UUID(int=4),
        provider="test",
        currency="GBP",
        fee_rate=fee_rate,
        placed_at=NOW,
        lines=lines,
    )


def totals(entries: list[Entry]) -> dict[Account, int]:
    found: dict[Account, int] = {}
    for entry in entries:
        for posting in entry.postings:
            found[posting.account] = found.get(posting.account, 0) + posting.amount
    return found


def give_back(
    before: BookedOrder, amount: int, prices: dict[int, int] | None = None
) -> tuple[BookedOrder, list[Entry]]:
    shares = rules.spread_refund(amount, before.lines, prices or {})
    entries = rules.of_return(before, EntryKind.REFUND, ids.new(), amount, shares, NOW)
    return rules.with_back(before, shares), entries


def test_sale_pays_the_seller_and_takes_fee_and_commission_of_the_goods_alone() -> None:
    entries = rules.of_sale(order(BookedLine(-1, 395), BookedLine(0, 11800, 800)), 202)

    assert [(entry.kind.value, entry.postings[1].amount) for entry in entries] == [
        ("payment", 12195),
        ("provider_fee", 202),
        ("platform_fee", 590),
        ("commission", 944),
    ]
    assert totals(entries) == {
        Account.provider("test"): -12195 + 202,
        Account.merchant(SELLER): 12195 - 202 - 590 - 944,
        PLATFORM: 590,
        Account.creator(HOST): 944,
    }


def test_nothing_is_posted_of_nothing() -> None:
    entries = rules.of_sale(order(BookedLine(0, 100), fee_rate=0), 0)

    assert [entry.kind for entry in entries] == [EntryKind.PAYMENT]


def test_full_refund_leaves_nobody_anything_but_the_provider_its_fee() -> None:
    sold = order(BookedLine(-1, 395), BookedLine(0, 11800, 800))
    made = rules.of_sale(sold, 202)

    _, back = give_back(sold, 12195)

    left = totals([*made, *back])
    assert left == {
        Account.provider("test"): 202,
        Account.merchant(SELLER): -202,
        PLATFORM: 0,
        Account.creator(HOST): 0,
    }


def test_commission_that_goes_back_says_of_which_goods_it_was() -> None:
    """A page says `8 % of 50.00`: goods that earned nothing are no part of it."""
    sold = order(BookedLine(-1, 395), BookedLine(0, 5000, 800), BookedLine(1, 1000))

    (earned,) = (each for each in rules.of_sale(sold, 0) if each.kind is EntryKind.COMMISSION)
    _, entries = give_back(sold, 6395)
    (back,) = (each for each in entries if each.kind is EntryKind.COMMISSION_BACK)

    assert (earned.base, earned.rate, earned.postings[1].amount) == (5000, 800, 400)
    assert (back.base, back.rate, back.postings[1].amount) == (5000, 800, 400)


@given(
    st.lists(st.tuples(AMOUNTS, RATES), min_size=1, max_size=4),
    RATES,
    st.lists(st.tuples(st.integers(0, 100), st.integers(-1, 4)), max_size=6),
)
def test_after_any_refunds_fee_and_commission_are_those_of_what_is_left(
    drawn: list[tuple[int, int]], fee_rate: int, refunds: list[tuple[int, int]]
) -> None:
    """The oracle knows no history: it reckons from what is left of each line."""
    now = order(*(BookedLine(at, *line) for at, line in enumerate(drawn)), fee_rate=fee_rate)
    entries = rules.of_sale(now, 0)
    paid = given_back = sum(amount for amount, _ in drawn)
    for percent, position in refunds:
        left = sum(line.left for line in now.lines)
        amount = left * percent // 100
        named = {position: drawn[position][0]} if 0 <= position < len(drawn) else {}
        now, made = give_back(now, amount, named)
        assert all(entry.postings[1].amount > 0 for entry in made)
        entries += made
    given_back = sum(line.back for line in now.lines)

    left_of = totals(entries)

    commission = sum(slow_part(line.left, line.rate) for line in now.lines)
    fee = slow_part(paid - given_back, fee_rate)
    assert left_of.get(Account.creator(HOST), 0) == commission
    assert left_of.get(PLATFORM, 0) == fee
    assert left_of.get(Account.merchant(SELLER), 0) == paid - given_back - fee - commission
    assert sum(left_of.values()) == 0


def test_month_begins_and_ends_in_utc() -> None:
    since, until = rules.month("2026-12")

    assert (since.isoformat(), until.isoformat()) == (
        "2026-12-01T00:00:00+00:00",
        "2027-01-01T00:00:00+00:00",
    )


@example(since=timedelta(days=365, seconds=-1), late=timedelta(days=3))
@example(since=timedelta(days=365, seconds=-1), late=timedelta(days=3, seconds=1))
@given(
    since=st.timedeltas(timedelta(), timedelta(days=731)),
    late=st.timedeltas(timedelta(), timedelta(days=90)),
)
def test_nothing_counts_in_a_month_that_is_final(since: timedelta, late: timedelta) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + since
    now = at + late
    posted_at = rules.posting_date(at, now)

    _, until = rules.month(f"{posted_at or at:%Y-%m}")
    assert posted_at in (None, now)
    assert now < rules.final_at(until)
    # While the books are open, it counts when it happened.
    assert (posted_at is None) == (now < rules.month(f"{at:%Y-%m}")[1] + timedelta(days=3))


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "٢٠٢٦-١١"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(PeriodInvalid):
        rules.month(text)
