"""Which segments of a recording may be watched, and what a cut may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from showfloor.kit.contract import CarriedCue
from showfloor.kit.recording import SegmentLine
from showfloor.replays.errors import CutInvalid
from showfloor.replays.rules import (
    check_cut,
    gaps_between,
    product_of,
    visible_cues,
    visible_segments,
)
from showfloor.replays.types import Clip, Cut, Gap, Span
from showfloor.shows.types import Cue, CueKind, PinPayload

START = datetime(2026, 11, 26, 19, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def segment(msn: int, start: float, seconds: float = 2, *, preview: bool = False) -> SegmentLine:
    return SegmentLine(
        msn=msn,
        start=at(start).timestamp() * 1000,
        duration=round(seconds * 1000),
        init="init-a.mp4",
        codecs="avc1.640028,mp4a.40.2",
        preview=preview,
        bytes=1000,
    )


SHOW = [segment(0, -2, preview=True), *(segment(msn, 2 * msn - 2) for msn in range(1, 6))]
"""A second of the team's preview, then ten seconds of show from `at(0)` on."""


def numbers(cut: Cut) -> list[int]:
    return [line.msn for line in visible_segments(SHOW, cut)]


def test_preview_of_the_team_is_never_part_of_the_replay() -> None:
    assert numbers(Cut()) == [1, 2, 3, 4, 5]


def test_order_is_that_of_the_numbers_and_a_number_counts_once() -> None:
    twice = [segment(2, 2), segment(1, 0), segment(2, 2)]

    assert [line.msn for line in visible_segments(twice, Cut())] == [1, 2]


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        (Cut(trim_start=at(2)), [2, 3, 4, 5]),
        (Cut(trim_start=at(2.1)), [3, 4, 5]),
        (Cut(trim_end=at(8)), [1, 2, 3, 4]),
        (Cut(trim_end=at(7.9)), [1, 2, 3]),
        (Cut(trim_start=at(100)), []),
        (Cut(hidden=(Span(at(4), at(6)),)), [1, 2, 4, 5]),
        (Cut(hidden=(Span(at(3.9), at(4.1)),)), [1, 4, 5]),
        (Cut(hidden=(Span(at(0), at(1)), Span(at(9), at(10)))), [2, 3, 4]),
    ],
    ids=["start", "inside", "end", "before the end", "beyond", "whole", "across", "two spans"],
)
def test_segment_with_any_moment_that_was_taken_out_is_gone(cut: Cut, left: list[int]) -> None:
    assert numbers(cut) == left


def test_absence_of_the_picture_is_a_gap_and_a_hidden_span_is_none() -> None:
    reconnected = [segment(1, 0), segment(2, 2), segment(3, 44), segment(4, 46), segment(5, 48)]
    cut = Cut(hidden=(Span(at(46), at(48)),))

    visible = visible_segments(reconnected, cut)

    assert gaps_between(visible, cut) == [Gap(at_ms=4000, away_ms=40_000)]


def test_a_frame_s_rounding_is_no_gap() -> None:
    assert gaps_between([segment(1, 0), segment(2, 2.9)], Cut()) == []


def cue(start: float, end: float | None) -> CarriedCue:
    def text(seconds: float) -> str:
        return at(seconds).isoformat().replace("+00:00", "Z")

    return CarriedCue("cue_a", "pin", text(start), text(end) if end is not None else None, {})


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [(0, 1, False), (0, 3, True), (5, 6, False), (5, 7, True), (9, 12, False), (8, 12, True)],
)
def test_cue_goes_with_what_was_taken_out_and_stays_when_a_moment_of_it_stays(
    start: float, end: float, kept: bool
) -> None:
    cut = Cut(trim_start=at(2), trim_end=at(9), hidden=(Span(at(5), at(6)),))

    assert bool(visible_cues([cue(start, end)], cut)) is kept


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [(1, 6, False), (3, 7, False), (1, 7.5, True), (6, None, True), (8.5, None, False)],
)
def test_cue_goes_when_several_cuts_hold_it_together(
    start: float, end: float | None, kept: bool
) -> None:
    cut = Cut(trim_start=at(2), trim_end=at(8), hidden=(Span(at(4), at(7)), Span(at(2), at(4.5))))

    assert bool(visible_cues([cue(start, end)], cut)) is kept


def test_cue_of_a_moment_goes_with_the_cut_around_it_alone() -> None:
    cut = Cut(hidden=(Span(at(4), at(5)),))

    assert [bool(visible_cues([cue(at_s, at_s)], cut)) for at_s in (3, 4, 5)] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "cut",
    [
        Cut(hidden=(Span(at(4), at(4)),)),
        Cut(hidden=(Span(at(4), at(3)),)),
        Cut(trim_start=at(5), trim_end=at(5)),
        Cut(hidden=tuple(Span(at(n), at(n + 0.5)) for n in range(101))),
    ],
    ids=["empty", "backwards", "nothing left", "too many"],
)
def test_cut_that_makes_no_sense_is_refused(cut: Cut) -> None:
    with pytest.raises(CutInvalid):
        check_cut(cut)


def test_cut_at_the_limit_is_accepted() -> None:
    check_cut(Cut(at(0), at(9), tuple(Span(at(n), at(n + 0.5)) for n in range(100))))


def pin(number: int, start: float, end: float | None) -> Cue:
    payload = PinPayload(product_id=UUID(int=number))
    kind = CueKind.PIN
    until = None if end is None else at(end)
    return Cue(UUID(int=100 + number), UUID(int=9), kind, at(start), until, payload)


@pytest.mark.parametrize(
    ("pins", "suggested_for", "product"),
    [
        ([pin(1, 0, 4), pin(2, 4, 30)], None, 2),
        ([pin(1, 0, 6), pin(2, 6, None)], None, 2),
        ([pin(1, 0, 9), pin(2, 9, 13)], None, 1),
        ([pin(1, 0, 9), pin(2, 9, 13)], 2, 2),
        ([pin(1, 0, 3), pin(2, 13, 20)], None, None),
        ([], None, None),
    ],
    ids=["longest", "still open", "equally long", "suggested for", "none of them", "no pin"],
)
def test_clip_is_about_the_product_that_it_shows_longest(
    pins: list[Cue], suggested_for: int | None, product: int | None
) -> None:
    """From second 5 to 13."""
    cue_id = UUID(int=100 + suggested_for) if suggested_for else None
    clip = Clip(
        id=UUID(int=1),
        show_id=UUID(int=9),
        slug="the-glaze",
        title={},
        span=Span(at(5), at(13)),
        public=True,
        created_at=at(60),
        cue_id=cue_id,
    )

    found = product_of(clip, pins)

    assert (found and found.int) == product
