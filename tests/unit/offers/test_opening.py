"""Who is behind the camera has the chance of everybody, and a lie about it buys none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from showfloor.offers.rules import opening
from showfloor.offers.service import verify_drop
from showfloor.offers.types import Arrival, Terms
from tests.unit.offers.logs import CLOSES, HonestSeller, terms

DROPS, VIEWERS, UNITS = 30, 200, 20
PRESS = 2_500
CRITICAL = {1: 3.841, 3: 7.815}
"""Chi-square at p = 0.05 by degrees of freedom (NIST/SEMATECH e-Handbook, section 1.3.6.7.4)."""

Claim = Callable[[int], int]


def _sell(seed: int, *, window: int, claim: Claim) -> tuple[Counter[str], Counter[str]]:
    """One drop for viewers 0.5 to 8 s behind, a quarter in each of four bands; how many there were
    and how many won, by band. Half of the first band say what `claim` makes of their delay: `liar`.
    """
    random = Random(seed)
    secret = random.randbytes(32).hex()
    press = PRESS if window else 0
    announced = terms(units=UNITS, window=window, press=press, seed=secret)
    arrivals, there = [], Counter[str]()
    for number in range(VIEWERS):
        band = number % 4
        behind = random.randrange(500 + band * 1_875, 2_375 + band * 1_875)
        is_liar = band == 0 and number % 8 == 0
        told = claim(behind) if is_liar else behind
        kind = "liar" if is_liar else f"band {band}"
        there[kind] += 1
        at = announced.opens + _presses_after(random, behind, told, announced)
        arrivals.append(Arrival(at, f"{kind} {number}", 1))
    return there, _winners(announced, arrivals, secret)


def _presses_after(random: Random, behind: int, told: int, announced: Terms) -> int:
    """The button opens by what was told; people react within 0.2 to 1.5 s. Without a window it is
    pressed when the picture shows the opening.
    """
    opens = opening.unlocks_after(told, announced) if announced.window else behind
    return opens + random.randrange(200, 1_500)


def _winners(announced: Terms, arrivals: list[Arrival], secret: str) -> Counter[str]:
    seller = HonestSeller(announced, secret)
    drawn = not announced.window
    for arrival in sorted(arrivals, key=lambda each: each.at):
        if not drawn and arrival.at >= announced.lot_until:
            seller.draw(announced.lot_until)
            drawn = True
        seller.arrive(arrival)
    if not drawn:
        seller.draw(announced.lot_until)
    seller.answer(announced.opens + 10_000)
    winners = Counter(person.rsplit(" ", 1)[0] for person in seller.winners())
    for number in list(seller.held):
        seller.settle(CLOSES, number, pays=True)
    seller.end(CLOSES)
    assert verify_drop(seller.lines()).problems == ()
    return winners


def _chi_square(there: Counter[str], won: Counter[str]) -> float:
    """Of winners and losers against what everybody's equal chance would give."""
    chance = won.total() / there.total()
    return sum(
        (won[kind] - number * chance) ** 2 / (number * chance)
        + (won[kind] - number * chance) ** 2 / (number * (1 - chance))
        for kind, number in there.items()
    )


def _many(*, window: int, claim: Claim) -> tuple[Counter[str], Counter[str]]:
    there, won = Counter[str](), Counter[str]()
    for seed in range(DROPS):
        in_drop, winners = _sell(seed, window=window, claim=claim)
        there += in_drop
        won += winners
    assert won.total() == DROPS * UNITS
    return there, won


def _bands(counts: Counter[str]) -> Counter[str]:
    """Liars with the band in which they are."""
    merged = Counter[str]()
    for kind, count in counts.items():
        merged["band 0" if kind == "liar" else kind] += count
    return merged


def _liars(counts: Counter[str]) -> Counter[str]:
    """Liars, and everybody else."""
    return Counter({"liar": counts["liar"], "honest": counts.total() - counts["liar"]})


def test_viewers_half_a_second_to_eight_behind_win_alike() -> None:
    there, won = _many(window=3_000, claim=lambda behind: behind)

    assert _chi_square(_bands(there), _bands(won)) < CRITICAL[3]


def test_without_the_lot_who_is_behind_wins_nothing() -> None:
    """The twin: the same viewers, served in the order in which they arrive."""
    there, won = _many(window=0, claim=lambda behind: behind)

    assert _chi_square(_bands(there), _bands(won)) > 100 * CRITICAL[3]
    assert _bands(won)["band 3"] == 0


@pytest.mark.parametrize(
    "claim",
    [lambda _: 0, lambda _: 3_000, lambda behind: behind * 10, lambda _: -5_000],
    ids=["no delay", "the whole window", "ten times as much", "before the camera"],
)
def test_a_lie_about_the_delay_changes_nobodys_chance(claim: Claim) -> None:
    there, won = _many(window=3_000, claim=claim)

    assert _chi_square(_liars(there), _liars(won)) < CRITICAL[1]


@pytest.mark.parametrize(
    ("behind", "after"), [(-1, 0), (0, 0), (900, 900), (3_000, 3_000), (8_000, 3_000)]
)
def test_a_button_opens_with_the_picture_and_at_the_latest_after_the_window(
    behind: int, after: int
) -> None:
    assert opening.unlocks_after(behind, terms(window=3_000, press=PRESS)) == after


def test_the_order_of_a_lot_hangs_on_the_seed_and_on_what_arrived() -> None:
    numbers = list(range(1, 50))
    order = opening.drawn(numbers, seed="5e" * 32, previous="ab" * 32)

    assert sorted(order) == numbers
    assert order == opening.drawn(reversed(numbers), seed="5e" * 32, previous="ab" * 32)
    assert order != opening.drawn(numbers, seed="5f" * 32, previous="ab" * 32)
    assert order != opening.drawn(numbers, seed="5e" * 32, previous="ac" * 32)
