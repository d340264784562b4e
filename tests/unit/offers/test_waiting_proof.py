"""What the log of a waiting list proves, and that no other byte passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from showfloor.offers.rules import chain
from showfloor.offers.rules.waiting_proof import verify
from showfloor.offers.types import Entry, Terms
from showfloor.offers.types.waiting import (
    Bought,
    Finished,
    Joined,
    Left,
    Offered,
    Opened,
    Passed,
    WaitingCheck,
    WaitingRecord,
)

AT = 1_800_000_000_000
HELD = 1_800_000
DAYS = 180 * 86_400_000


def opened() -> Opened:
    return Opened(AT, 1, "list", "CAP-أخضر", 1800, 180)


def honest() -> list[WaitingRecord]:
    """Three wait: one buys, one lets the time pass, one leaves; the second comes again."""
    return [
        opened(),
        Joined(AT + 1, "a"),
        Joined(AT + 2, "b"),
        Joined(AT + 3, "c"),
        Left(AT + 4, 3, "left"),
        Offered(AT + 5, 1, AT + 5 + HELD),
        Bought(AT + 9, 1),
        Offered(AT + 9, 2, AT + 9 + HELD),
        Passed(AT + 9 + HELD, 2, "expired"),
        Joined(AT + 9 + HELD, "b"),
        Offered(AT + 9 + HELD, 9, AT + 9 + 2 * HELD),
        Passed(AT + 20 + HELD, 9, "declined"),
        Finished(AT + 20 + HELD),
    ]


def lines(records: list[WaitingRecord]) -> list[bytes]:
    last: Entry[WaitingRecord] | None = None
    written = []
    for record in records:
        last = chain.append(last, record)
        written.append(chain.write(last))
    return written


def broken(records: list[WaitingRecord]) -> set[WaitingCheck]:
    return {problem.check for problem in verify(lines(records)).problems}


def test_honest_log_holds() -> None:
    proof = verify(lines(honest()))

    assert proof.problems == ()
    assert (proof.joined, proof.offered, proof.bought, proof.passed, proof.left) == (4, 3, 1, 2, 1)
    assert proof.ended
    assert proof.waiting == 0


@pytest.mark.parametrize("length", range(1, 13))
def test_log_of_a_list_that_goes_on_holds(length: int) -> None:
    proof = verify(lines(honest()[:length]))

    assert proof.problems == ()
    assert not proof.ended


def test_each_other_byte_fails() -> None:
    log = b"".join(lines(honest()))

    for place in range(len(log)):
        other = log[:place] + bytes([log[place] ^ 1]) + log[place + 1 :]
        assert not verify(other.splitlines(keepends=True)).holds, place


def test_line_that_is_taken_out_fails() -> None:
    written = lines(honest())

    for place in range(len(written) - 1):
        assert not verify(written[:place] + written[place + 1 :]).holds, place


def with_other(place: int, record: WaitingRecord) -> list[WaitingRecord]:
    return [*honest()[:place], record, *honest()[place + 1 :]]


@pytest.mark.parametrize(
    ("records", "check"),
    [
        (with_other(5, Offered(AT + 5, 2, AT + 5 + HELD)), "order"),
        (with_other(5, Offered(AT + 5, 3, AT + 5 + HELD)), "order"),
        ([*honest()[:4], Offered(AT + 5, 77, AT + 5 + HELD)], "order"),
        (with_other(5, Offered(AT + 5, 1, AT + 4 + HELD)), "time"),
        (with_other(5, Offered(AT + 5, 1, AT + 6 + HELD)), "time"),
        (with_other(4, Left(AT + 4, 3, "lapsed")), "time"),
        (with_other(4, Left(AT + 2 + DAYS, 3, "lapsed")), "time"),
        (with_other(9, Joined(AT + 9 + HELD, "a")), "people"),
        (with_other(8, Passed(AT + 8 + HELD, 2, "expired")), "time"),
        (with_other(8, Passed(AT + 9 + HELD, 2, "because")), "people"),
        (with_other(3, Joined(AT + 3, "a")), "people"),
        (with_other(4, Left(AT + 4, 3, "pushed")), "people"),
        (with_other(4, Left(AT + 4, 9, "left")), "people"),
        (with_other(6, Bought(AT + 9, 2)), "people"),
        (with_other(6, Passed(AT + 9, 2, "declined")), "people"),
        (with_other(4, Left(AT + 2, 3, "left")), "order"),
        (with_other(1, opened()), "opening"),
        (with_other(0, replace(opened(), version=2)), "opening"),
        (with_other(0, replace(opened(), seconds=5)), "opening"),
        (with_other(0, replace(opened(), days=0)), "opening"),
        ([*honest()[:4], Finished(AT + 4)], "end"),
        ([*honest(), Joined(AT + 21 + HELD, "d")], "end"),
        ([Joined(AT, "a")], "opening"),
        ([], "chain"),
    ],
)
def test_broken_rule_is_named(records: list[WaitingRecord], check: WaitingCheck) -> None:
    assert check in broken(records)


def test_who_waited_for_as_long_as_one_can_lapses() -> None:
    assert not broken([*honest()[:4], Left(AT + 3 + DAYS, 3, "lapsed")])


def test_who_bought_long_ago_may_wait_again() -> None:
    """Their place is forgotten by then, so that nobody could tell."""
    bought = honest()[:7]

    assert broken([*bought, Joined(AT + DAYS, "a")]) == {"people"}
    assert not broken([*bought, Joined(AT + 1 + DAYS, "a")])


def test_log_of_a_drop_is_no_log_of_a_waiting_list() -> None:
    terms = Terms(AT, 1, "d", "S", 1, 1, 5, "USD", AT + 10_000, AT + 90_000, 0, 0, "")

    proof = verify([chain.write(chain.append(None, terms))])

    assert [problem.check for problem in proof.problems] == ["chain"]
