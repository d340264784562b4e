"""How fast one may write."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from showfloor.kit import pace
from showfloor.kit.pace import Limit, Pace
from tests.clocks import SECONDS

TWO = Limit(2, 10.0)


def test_third_message_waits_for_the_first_to_be_old() -> None:
    counts = Pace()

    assert [counts.wait("a", TWO, now) for now in (0.0, 1.0, 2.0, 9.5, 10.0)] == [0, 0, 8, 1, 0]


def test_refused_tries_do_not_make_the_wait_longer() -> None:
    counts = Pace()
    waits = [counts.wait("a", TWO, now) for now in (0.0, 0.0, 1.0, 2.0, 3.0)]

    assert waits == [0, 0, 9, 8, 7]


def test_others_do_not_wait() -> None:
    counts = Pace()
    for now in (0.0, 0.0, 0.0):
        counts.wait("a", TWO, now)

    assert counts.wait("b", TWO, 0.0) == 0


def test_what_waits_for_one_of_several_is_counted_for_none() -> None:
    counts = Pace()
    counts.wait("a", Limit(1, 5.0), 0.0)

    waits = [counts.wait_for_all({"a": Limit(1, 5.0), "b": Limit(1, 60.0)}, now) for now in (1, 5)]

    assert waits == [4, 0]
    assert counts.wait("b", Limit(1, 60.0), 6.0) == 59


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_REMEMBERED", 3)
    counts = Pace()
    for name in "abcd":
        counts.wait(name, Limit(1, 10.0), 0.0)

    assert counts.wait("d", Limit(1, 10.0), 0.0) == 10
    assert counts.wait("a", Limit(1, 10.0), 0.0) == 0


def test_who_was_never_counted_is_not_remembered() -> None:
    """A key of who is refused may be made up: it must drive nobody else out."""
    counts = Pace()
    counts.wait("a", Limit(1, 60.0), 0.0)

    assert counts.wait_for_all({"a": Limit(1, 60.0), "made up": TWO}, 1.0) > 0
    assert list(counts._times) == ["a"]


@example(now=1001.1)
@given(now=SECONDS)
def test_wait_is_never_longer_than_the_limit(now: float) -> None:
    """Binary fractions: 1001.1 + 3600 - 1001.1 is more than 3600."""
    counts = Pace()
    counts.wait("a", Limit(1, 3600.0), now)

    assert counts.wait("a", Limit(1, 3600.0), now) == 3600
