"""The cues of a show: what web sent, and what it answered before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from showfloor.kit.contract import CarriedCue
from showfloor.streaming.hls import cues
from showfloor.streaming.hls.cues import CueError
from showfloor.streaming.live.cues import CueSet

AT, LATER = "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:25.123Z"
CUE = CarriedCue("cue_1", "pin", AT, None, {"product_id": "prod_1"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 'x"'},
        {"id": "x\n"},
        {"id": ""},
        {"id": "x" * 101},
        {"kind": "a,b"},
        {"start": "yesterday"},
        {"start": "2023-11-14T22:13:20"},
        {"end": "later"},
        {"start": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_what_could_break_a_playlist_is_no_cue(wrong: dict[str, Any]) -> None:
    with pytest.raises(CueError):
        cues.check(replace(CUE, **wrong))


def test_times_are_written_as_this_server_writes_them() -> None:
    assert cues.check(replace(CUE, start="2023-11-14T23:13:20.123456+01:00")) == CUE


def test_web_replaces_what_is_known() -> None:
    known = CueSet()
    old, new = replace(CUE, id="old"), replace(CUE, id="new")
    known.replace([old], requested_at=0)

    assert known.replace([new], requested_at=10)
    assert list(known) == [new]
    assert not known.replace([new], requested_at=11)


def test_a_cue_sent_after_web_was_asked_outlives_the_answer_however_late_it_comes() -> None:
    known = CueSet()
    known.add([CUE], now=100)

    known.replace([], requested_at=99)
    assert list(known) == [CUE]

    known.replace([], requested_at=101)
    assert list(known) == []


def test_an_end_sent_after_web_was_asked_outlives_the_answer() -> None:
    known = CueSet()
    known.replace([CUE], requested_at=0)
    ended = replace(CUE, end=LATER)
    known.add([ended], now=100)

    known.replace([CUE], requested_at=99)

    assert list(known) == [ended]


def test_an_ended_cue_keeps_its_first_end_and_never_precedes_its_start() -> None:
    known = CueSet()
    known.add([CUE], now=0)

    assert known.add([replace(CUE, end="2023-11-14T22:13:19.000Z")], now=1)
    assert not known.add([replace(CUE, end=LATER), CUE], now=2)

    assert list(known) == [replace(CUE, end=AT)]


def test_the_set_is_bounded() -> None:
    known = CueSet()
    for number in range(500):
        known.add([replace(CUE, id=f"cue_{number}")], now=number)

    assert len(list(known)) == 200
