"""How sums are split: every cent against an oracle that counts slowly."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.ledger import rules
from showfloor.ledger.rules.sums import HIGHEST_RATE
from showfloor.ledger.types import BookedLine

AMOUNTS = st.integers(min_value=0, max_value=200_000)
RATES = st.integers(min_value=0, max_value=10_000)


def slow_part(amount: int, rate: int) -> int:
    return floor(Fraction(amount * rate, 10_000) + Fraction(1, 2))


def slow_spread(amount: int, weights: list[int]) -> list[int]:
    """Hamilton's method by the book: whole quotas, then one unit after the other to whoever has the
    largest fraction left, the first of equals first.
    """
    whole = sum(weights)
    quotas = [Fraction(amount * weight, whole) if whole else Fraction(0) for weight in weights]
    shares = [floor(quota) for quota in quotas]
    owed = [quota - share for quota, share in zip(quotas, shares, strict=True)]
    while whole and sum(shares) < amount:
        largest = owed.index(max(owed))
        shares[largest] += 1
        owed[largest] -= 1
    return shares


@given(AMOUNTS, RATES)
def test_part_is_what_a_slow_oracle_says(amount: int, rate: int) -> None:
    assert rules.part_of(amount, rate) == slow_part(amount, rate)


@given(AMOUNTS, AMOUNTS, RATES)
def test_part_of_less_is_never_more(first: int, second: int, rate: int) -> None:
    less, more = sorted((first, second))
    assert rules.part_of(less, rate) <= rules.part_of(more, rate)


@given(st.lists(AMOUNTS, max_size=8), st.data())
def test_spread_is_what_a_slow_oracle_says(weights: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(weights)))

    shares = rules.spread(amount, weights)

    assert shares == slow_spread(amount, weights)
    assert sum(shares) == amount
    assert all(share <= weight for share, weight in zip(shares, weights, strict=True))


def test_spread_gives_what_does_not_divide_to_the_largest_remainders() -> None:
    assert rules.spread(100, [1, 1, 1]) == [34, 33, 33]
    assert rules.spread(5, [0, 0]) == [0, 0]


LINES = (BookedLine(-1, 395), BookedLine(0, 5000, 800), BookedLine(1, 1000, 800))


@pytest.mark.parametrize(
    ("amount", "prices", "shares"),
    [
        (5000, {0: 5000}, {0: 5000}),
        (2500, {0: 5000}, {0: 2500}),
        (6395, {}, {-1: 395, 0: 5000, 1: 1000}),
        (6395, {0: 5000, 1: 1000}, {-1: 395, 0: 5000, 1: 1000}),
        (1100, {1: 1000}, {-1: 7, 0: 93, 1: 1000}),
        (7000, {}, {-1: 395, 0: 5000, 1: 1000}),
        (0, {}, {}),
    ],
)
def test_refund_goes_to_its_pieces_first_and_the_rest_to_everything_that_is_left(
    amount: int, prices: dict[int, int], shares: dict[int, int]
) -> None:
    assert rules.spread_refund(amount, LINES, prices) == shares


@given(
    st.lists(st.tuples(AMOUNTS, RATES, st.integers(0, 100)), min_size=1, max_size=5),
    st.integers(0, 2_000_000),
    st.dictionaries(st.integers(-1, 6), AMOUNTS, max_size=3),
)
def test_refund_never_gives_back_more_of_a_line_than_is_left(
    drawn: list[tuple[int, int, int]], amount: int, prices: dict[int, int]
) -> None:
    lines = [
        BookedLine(at, paid, rate, paid * back // 100)
        for at, (paid, rate, back) in enumerate(drawn)
    ]

    shares = rules.spread_refund(amount, lines, prices)

    assert all(0 < share <= lines[at].left for at, share in shares.items())
    assert sum(shares.values()) == min(amount, sum(line.left for line in lines))


COMMISSIONS = st.integers(0, HIGHEST_RATE)


@given(amount=st.integers(0, 10**9), host=COMMISSIONS, link=COMMISSIONS, is_host=st.booleans())
def test_host_and_link_never_take_more_than_was_agreed_or_paid(
    amount: int, host: int, link: int, is_host: bool
) -> None:
    beside = rules.link_rate_beside(host, link, is_host=is_host)

    assert 0 <= beside <= link
    assert host + beside <= (max(host, link) if is_host else HIGHEST_RATE)
    assert rules.part_of(amount, host) + rules.part_of(amount, beside) <= amount
