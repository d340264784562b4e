"""A log that holds, and every way in which one does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showfloor.offers.rules import chain
from showfloor.offers.service import verify_drop
from showfloor.offers.types import (
    Arrival,
    Closed,
    Ended,
    Held,
    Lot,
    Paid,
    Record,
    Refused,
    Released,
    Terms,
)
from tests.unit.offers.logs import (
    ANNOUNCED,
    CLOSES,
    OPENS,
    PRICE,
    SEED,
    entries,
    lines,
    small,
    sold_by_chance,
    terms,
)

Change = Callable[[list[Record]], None]


def test_a_log_as_announced_holds() -> None:
    proof = verify_drop(lines(small()))

    assert proof.problems == ()
    chained = entries(small())
    assert (proof.sealed, proof.head) == (chained[0].digest, chained[-1].digest)
    assert (proof.arrivals, proof.sold, proof.refused, proof.released) == (7, 1, 5, 1)


def test_drop_ends_before_its_time_when_everything_is_sold() -> None:
    all_sold: list[Record] = [
        terms(units=1),
        Arrival(OPENS, "a", 1),
        Held(OPENS, 1),
        Paid(OPENS + 900, 1, PRICE),
        Ended(OPENS + 901, 1, 0),
    ]
    one_left = [terms(units=2), *all_sold[1:4], Ended(OPENS + 901, 1, 1)]

    assert verify_drop(lines(all_sold)).holds
    assert [each.check for each in verify_drop(lines(one_left)).problems] == ["end"]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    units=st.integers(1, 12),
    per_person=st.integers(1, 3),
    window=st.sampled_from([0, 1, 3_000]),
)
def test_whatever_an_honest_seller_logs_holds(
    seed: int, units: int, per_person: int, window: int
) -> None:
    announced = terms(
        units=units,
        per_person=min(per_person, units),
        window=window,
        press=1_000 if window else 0,
    )
    seller = sold_by_chance(Random(seed), announced, people="abcdefghij")

    proof = verify_drop(seller.lines())

    assert proof.problems == ()
    assert proof.sold == seller.sold


def test_a_log_with_any_other_byte_fails() -> None:
    log = b"".join(lines(small()))

    for place in range(len(log)):
        _assert_noticed(log, place, 1 << place % 8)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(b"".join(lines(small()))) - 1), other=st.integers(1, 255))
def test_whatever_a_byte_is_changed_to_it_is_noticed(place: int, other: int) -> None:
    _assert_noticed(b"".join(lines(small())), place, other)


def _assert_noticed(log: bytes, place: int, other: int) -> None:
    changed = bytearray(log)
    changed[place] ^= other
    assert not verify_drop(BytesIO(changed)).holds, f"byte {place} became {changed[place]:02x}"


def test_a_log_that_stops_or_goes_on_anywhere_fails() -> None:
    log = b"".join(lines(small()))

    for length in range(len(log)):
        assert not verify_drop(BytesIO(log[:length])).holds, length
    for more in (b"\n", b" ", b"{}\n", lines(small())[-1]):
        assert not verify_drop(BytesIO(log + more)).holds, more


def test_a_log_with_a_record_left_out_told_twice_or_moved_fails() -> None:
    log = lines(small())

    for place, line in enumerate(log):
        rest = log[:place] + log[place + 1 :]
        assert not verify_drop(rest).holds, f"without {place}"
        for elsewhere in range(len(log)):
            if elsewhere != place:
                moved = [*rest[:elsewhere], line, *rest[elsewhere:]]
                assert not verify_drop(moved).holds, f"{place} at {elsewhere}"
        assert not verify_drop([*log[:place], line, *log[place:]]).holds, f"{place} twice"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"null\n",
        b"[" * 900 + b"\n",
        b"9" * 900 + b"\n",
        b"\xff\n",
        b'{"kind":"\\ud800"}\n',
        b'{"kind":[]}\n',
        b"{" + b" " * chain.LONGEST_LINE + b"}\n",
    ],
)
def test_what_is_no_record_is_said_to_break_the_chain(line: bytes) -> None:
    proof = verify_drop([*lines(small())[:3], line])

    assert [(each.check, each.line) for each in proof.problems] == [("chain", 4)]


@pytest.mark.parametrize("value", [True, -1, 1.0, "1", None, 2**53])
def test_a_number_of_another_type_breaks_the_chain(value: Any) -> None:
    wrong = Arrival(OPENS, "a", value)

    proof = verify_drop(lines([terms(), wrong]))

    assert [(each.check, each.line) for each in proof.problems] == [("chain", 2)]


def _at(place: int, record: Record) -> Change:
    """Another record in a place."""

    def change(records: list[Record]) -> None:
        records[place] = record

    return change


def _announced(**changed: Any) -> Change:
    return _at(0, replace(terms(), **changed))


def _swapped(first: int, second: int) -> Change:
    def change(records: list[Record]) -> None:
        records[first], records[second] = records[second], records[first]

    return change


BROKEN: dict[str, tuple[Change, set[str]]] = {
    "another version": (_announced(version=2), {"terms"}),
    "announced too late": (_announced(at=ANNOUNCED + 1), {"terms"}),
    "announced too early": (_announced(at=OPENS - 300_001), {"terms"}),
    "runs too long": (_announced(closes=OPENS + 1_200_001), {"terms", "order", "end"}),
    "no price": (_announced(price=0), {"terms", "payments"}),
    "no currency": (_announced(currency="usd"), {"terms"}),
    "no limit": (_announced(per_person=0), {"terms", "limits"}),
    "a lot without a seal": (_announced(window=1, press=1), {"terms", "order"}),
    "a press time without a lot": (_announced(press=1), {"terms"}),
    "one unit sold twice": (_announced(units=1), {"units", "end"}),
    "a unit kept back": (_announced(units=3), {"order", "end"}),
    "a higher limit than used": (_announced(per_person=2), {"order"}),
    "held before the first in line": (_swapped(7, 8), {"order"}),
    "held for a repeat": (_at(6, Held(OPENS + 5, 5)), {"order", "units", "limits", "end"}),
    "held before the opening": (_at(2, Held(OPENS - 1, 1)), {"order", "units", "end"}),
    "held after the close": (_at(16, Held(CLOSES, 15)), {"order", "end"}),
    "a second piece for one": (_at(12, Held(OPENS + 9, 11)), {"units", "limits", "end"}),
    "sold out to somebody too early": (_at(2, Refused(OPENS - 1, 1, "sold_out")), {"order"}),
    "no reason": (_at(10, Refused(OPENS + 9, 9, "because")), {"order"}),
    "refused twice": (_at(12, Refused(OPENS + 9, 9, "sold_out")), {"order", "end"}),
    "refused what is held": (_at(12, Refused(OPENS + 9, 3, "limit")), {"order", "end"}),
    "held twice": (_at(12, Held(OPENS + 9, 3)), {"order", "end"}),
    "answers what is no request": (_at(12, Refused(OPENS + 9, 7, "limit")), {"order", "end"}),
    "closed while open": (_at(10, Refused(OPENS + 9, 9, "closed")), {"order"}),
    "limit of somebody below it": (_at(10, Refused(OPENS + 9, 9, "limit")), {"order"}),
    "paid a cent more": (_at(13, Paid(OPENS + 900, 3, PRICE + 1)), {"payments"}),
    "paid what was refused": (_at(13, Paid(OPENS + 900, 9, PRICE)), {"payments", "end"}),
    "gave back what was paid": (_at(14, Released(OPENS + 999, 3, "expired")), {"units", "end"}),
    "gave back for no reason": (_at(14, Released(OPENS + 999, 4, "so")), {"units"}),
    "asked for nothing": (_at(9, Arrival(OPENS + 9, "c", 0)), {"units", "order"}),
    "time runs backwards": (_at(13, Paid(OPENS, 3, PRICE)), {"order"}),
    "a lot that was not announced": (_at(13, Lot(OPENS + 900, SEED)), {"order", "end"}),
    "other terms later": (_at(13, terms(units=9)), {"terms", "order", "end"}),
    "closed after the close": (_at(14, Closed(CLOSES)), {"terms", "end"}),
    "more sold than told": (_at(17, Ended(CLOSES, 0, 2)), {"end"}),
    "a unit lost": (_at(17, Ended(CLOSES, 1, 0)), {"end"}),
    "ended while open": (_at(17, Ended(CLOSES - 1, 1, 1)), {"order", "end"}),
    "a record after the end": (lambda records: records.append(Closed(CLOSES)), {"end", "terms"}),
    "no terms": (lambda records: records.pop(0), {"terms"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_that_was_broken_is_named_although_the_chain_is_whole(name: str) -> None:
    change, checks = BROKEN[name]
    records = small()
    change(records)

    proof = verify_drop(lines(records))

    assert {problem.check for problem in proof.problems} == checks


def _with_lot() -> list[Record]:
    announced = terms(units=1, window=1_000, press=500)
    return [
        announced,
        Arrival(OPENS, "a", 1),
        Arrival(OPENS + 1_499, "b", 1),
        Arrival(OPENS + 1_500, "after", 1),
        Lot(OPENS + 1_500, SEED),
    ]


def _finish(records: list[Record], order: list[int]) -> list[Record]:
    """The first gets the unit, the others none."""
    at = OPENS + 1_500
    first, *others = order
    return [
        *records,
        Held(at, first),
        *(Refused(at, number, "sold_out") for number in others),
        Paid(at, first, PRICE),
        Ended(CLOSES, 1, 0),
    ]


def test_the_lot_is_followed_by_the_order_that_its_seed_draws_and_no_other() -> None:
    holding = [
        order
        for order in ([1, 2, 3], [2, 1, 3], [1, 3, 2], [2, 3, 1], [3, 1, 2], [3, 2, 1])
        if verify_drop(lines(_finish(_with_lot(), order))).holds
    ]

    assert holding in ([[1, 2, 3]], [[2, 1, 3]]), "who came after the lot is never before it"


@pytest.mark.parametrize(
    "lot",
    [
        Lot(OPENS + 1_500, "5f" * 32),
        Lot(OPENS + 1_500, SEED.upper()),
        Lot(OPENS + 1_500, "no seed"),
    ],
)
def test_a_seed_that_was_not_sealed_breaks_the_order(lot: Lot) -> None:
    records = [*_with_lot()[:4], lot]

    for order in ([1, 2, 3], [2, 1, 3]):
        checks = {each.check for each in verify_drop(lines(_finish(records, order))).problems}
        assert checks == {"order"}


def test_a_seed_that_was_not_sealed_breaks_the_order_of_nobody_too() -> None:
    announced = terms(units=1, window=1_000, press=500)
    ended = Ended(CLOSES, 0, 1)

    assert verify_drop(lines([announced, Lot(CLOSES, SEED), ended])).holds
    proof = verify_drop(lines([announced, Lot(CLOSES, "5f" * 32), ended]))
    assert [problem.check for problem in proof.problems] == ["order"]


def test_a_lot_that_is_drawn_before_its_window_is_over_breaks_the_order() -> None:
    records = [*_with_lot()[:3], Lot(OPENS + 1_499, SEED)]

    for order in ([1, 2], [2, 1]):
        checks = {each.check for each in verify_drop(lines(_finish(records, order))).problems}
        assert checks == {"order"}


def test_a_host_may_close_before_time_and_says_so_in_the_log() -> None:
    records: list[Record] = [
        terms(),
        Arrival(OPENS, "a", 1),
        Closed(OPENS + 1),
        Held(OPENS + 1, 1),
        Arrival(OPENS + 2, "b", 1),
        Refused(OPENS + 2, 4, "closed"),
        Paid(OPENS + 3, 1, PRICE),
        Ended(OPENS + 3, 1, 1),
    ]

    assert verify_drop(lines(records)).problems == ()
    silent = [record for record in records if not isinstance(record, Closed)]
    silent[4] = Refused(OPENS + 2, 3, "closed")
    assert {each.check for each in verify_drop(lines(silent)).problems} == {"order", "end"}


def test_terms_alone_are_no_whole_log() -> None:
    proof = verify_drop(lines([terms()]))

    assert isinstance(proof.terms, Terms)
    assert [problem.check for problem in proof.problems] == ["end"]
