"""How sums are split: pure, in whole minor units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from showfloor.ledger.types import BookedLine

WHOLE = 10_000
"""Hundredths of a percent in one."""
HIGHEST_RATE = 9_000
"""Of all commissions of a line together, in hundredths of a percent."""


def part_of(amount: int, rate: int) -> int:
    """`rate` hundredths of a percent of an amount that is not below zero, a half rounded up.

    More of an amount never makes less of its part: so what goes back is never below zero.
    """
    return (amount * rate + WHOLE // 2) // WHOLE


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in proportion to `weights`, by the largest remainder: whole units that sum to it,
    none more than its weight as long as all weights together are enough.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for at in by_remainder[: amount - sum(shares)]:
        shares[at] += 1
    return shares


def spread_refund(
    amount: int, lines: Iterable[BookedLine], prices: Mapping[int, int]
) -> dict[int, int]:
    """What a refund gives back of each line, by position. First of those whose pieces it names, up
    to their price; what it gives beyond is spread over everything that was paid and is left. What
    exceeds that is of no line.
    """
    left = {line.position: line.left for line in lines}
    named = {at: min(price, left[at]) for at, price in prices.items() if at in left}
    first = _spread_by_position(min(amount, sum(named.values())), named)
    rest = {at: each - first.get(at, 0) for at, each in left.items()}
    more = min(amount - sum(first.values()), sum(rest.values()))
    second = _spread_by_position(more, rest)
    both = {at: first.get(at, 0) + second[at] for at in left}
    return {at: share for at, share in both.items() if share}


def _spread_by_position(amount: int, weights: Mapping[int, int]) -> dict[int, int]:
    places = sorted(weights)
    shares = spread(amount, [weights[at] for at in places])
    return dict(zip(places, shares, strict=True))


def is_goods(line: BookedLine) -> bool:
    """Delivery bears no fee and no commission."""
    return line.position >= 0


def goods_left(lines: Iterable[BookedLine]) -> int:
    """What was paid for goods and did not go back."""
    return sum(line.left for line in lines if is_goods(line))


def commission_of(lines: Iterable[BookedLine]) -> int:
    """The host's part of what was paid for goods and did not go back, line by line."""
    return sum(part_of(line.left, line.rate) for line in lines if is_goods(line))


def link_commission_of(lines: Iterable[BookedLine]) -> int:
    """As `commission_of`, for the creator by whose link or code the buyer came."""
    return sum(part_of(line.left, line.link_rate) for line in lines if is_goods(line))


def link_rate_beside(host_rate: int, link_rate: int, *, is_host: bool) -> int:
    """What a creator by whose link the buyer came earns beside the host of the show.

    Each takes what it agreed with the seller and no more: both rates stand beside each other, and
    where they exceed the highest rate that may be agreed, the link's is less. A host whose own link
    brought the buyer earns the higher of its two rates, once.
    """
    if is_host:
        return max(link_rate - host_rate, 0)
    return min(link_rate, max(HIGHEST_RATE - host_rate, 0))
