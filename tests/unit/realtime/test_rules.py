"""The fold of a room: any snapshot and the events that follow it make any later snapshot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.realtime.rules import LogHasGap, apply, continues, fold
from showfloor.realtime.types import RoomEvent, Snapshot

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
KEYS = st.sampled_from(["show", "product/a", "product/b", "cue/1", ""])
VALUES = (
    st.integers(0, 3)
    | st.lists(st.booleans(), max_size=2)
    | st.dictionaries(st.sampled_from("xy"), st.none() | st.text(max_size=3))
)
CHANGES = st.lists(st.tuples(KEYS, st.none() | VALUES), max_size=30)


def _history(changes: list[tuple[str, Any]]) -> tuple[list[RoomEvent], list[Snapshot]]:
    """The log of some changes, and every state in between, written down by a plain dictionary."""
    present: dict[str, Any] = {}
    events, states = [], [Snapshot(0, {})]
    for seq, (key, value) in enumerate(changes, start=1):
        if value is None:
            present.pop(key, None)
        else:
            present[key] = value
        events.append(RoomEvent(seq, AT, key, value))
        states.append(Snapshot(seq, dict(present)))
    return events, states


@given(CHANGES, st.data())
def test_snapshot_and_events_make_a_later_snapshot(
    changes: list[tuple[str, Any]], data: st.DataObject
) -> None:
    events, states = _history(changes)
    n = data.draw(st.integers(0, len(changes)))
    m = data.draw(st.integers(n, len(changes)))

    assert fold(states[n], events[n:m]) == states[m]


@given(CHANGES, st.data())
def test_fold_refuses_a_log_with_a_hole(
    changes: list[tuple[str, Any]], data: st.DataObject
) -> None:
    events, states = _history([*changes, ("last", 1), ("last", 2)])
    missing = data.draw(st.integers(0, len(events) - 2))
    del events[missing]

    with pytest.raises(LogHasGap):
        fold(states[0], events)


def test_fold_refuses_an_event_twice() -> None:
    events, states = _history([("a", 1)])

    with pytest.raises(LogHasGap):
        fold(states[0], [events[0], events[0]])


def test_apply_leaves_its_argument_alone() -> None:
    before = {"a": 1, "b": 2}

    assert apply(RoomEvent(1, AT, "a", None), before) == {"b": 2}
    assert apply(RoomEvent(1, AT, "missing", None), before) == before
    assert before == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("after", "newest", "seqs", "expected"),
    [
        (0, 0, [], True),
        (3, 5, [4, 5], True),
        (3, 5, [5], False),
        (3, 5, [], False),
        (5, 3, [], False),
        (3, 5, [4, 5, 6], False),
    ],
)
def test_continues_knows_a_forgotten_log(
    after: int, newest: int, seqs: list[int], expected: bool
) -> None:
    assert continues(after, newest, [RoomEvent(seq, AT, "k", 1) for seq in seqs]) is expected
