"""The cues of a show: web's word, and the moment before it is given."""

from __future__ import annotations

import pytest

from showfloor.streaming.hls import cues
from showfloor.streaming.hls.cues import CueError
from showfloor.streaming.live.cues import CueSet

AT = 1_700_000_000_123.4
LATER = AT + 5000


def test_a_cue_is_stamped_with_milliseconds() -> None:
    cue = cues.stamp("cue_1", "pin", {"product_id": "prod_1"}, AT)

    assert cue.as_json() == {
        "id": "cue_1",
        "kind": "pin",
        "start": "2023-11-14T22:13:20.123Z",
        "end": None,
        "payload": {"product_id": "prod_1"},
    }
    assert cues.read(cue.as_json()) == cue


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"id": 'x"', "kind": "pin", "start": "2023-11-14T22:13:20Z"},
        {"id": "x\n", "kind": "pin", "start": "2023-11-14T22:13:20Z"},
        {"id": "x", "kind": "pin", "start": "yesterday"},
        {"id": "x", "kind": "pin", "start": "2023-11-14T22:13:20"},
        {"id": "x" * 101, "kind": "pin", "start": "2023-11-14T22:13:20Z"},
    ],
)
def test_what_could_break_a_playlist_is_no_cue(value: object) -> None:
    with pytest.raises(CueError):
        cues.read(value)


def test_web_replaces_what_is_known() -> None:
    known = CueSet()
    old, new = cues.stamp("old", "pin", {}, AT), cues.stamp("new", "pin", {}, AT)
    known.replace([old], asked=0)

    assert known.replace([new], asked=10)
    assert list(known) == [new]
    assert not known.replace([new], asked=11)


def test_a_cue_outlives_an_answer_that_was_on_its_way() -> None:
    known = CueSet()
    cue = cues.stamp("cue_1", "pin", {}, AT)
    known.put(cue, now=100)

    known.replace([], asked=101)
    assert list(known) == [cue]

    known.replace([], asked=104)
    assert list(known) == []


def test_a_cue_set_after_web_was_asked_outlives_the_answer_however_late_it_comes() -> None:
    known = CueSet()
    cue = cues.stamp("cue_1", "pin", {}, AT)
    known.put(cue, now=100)

    known.replace([], asked=99)
    known.replace([], asked=102)
    assert list(known) == [cue]


def test_an_end_outlives_an_answer_that_was_on_its_way() -> None:
    known = CueSet()
    cue = cues.stamp("cue_1", "pin", {}, AT)
    known.replace([cue], asked=0)
    ended = known.end("cue_1", LATER, now=100)

    known.replace([cue], asked=101)
    assert ended is not None and ended.end == "2023-11-14T22:13:25.123Z"
    assert list(known) == [ended]


def test_ending_twice_keeps_the_first_end_and_never_precedes_the_start() -> None:
    known = CueSet()
    known.put(cues.stamp("cue_1", "pin", {}, AT), now=0)

    first = known.end("cue_1", AT - 1000, now=1)
    second = known.end("cue_1", LATER, now=2)

    assert first == second and first is not None and first.end == first.start
    assert known.end("cue_2", LATER, now=3) is None


def test_the_set_is_bounded() -> None:
    known = CueSet()
    for number in range(500):
        known.put(cues.stamp(f"cue_{number}", "pin", {}, AT), now=number)

    assert len(list(known)) == 200
