"""Media time goes forward, whatever the publisher's clock does."""

from __future__ import annotations

import itertools

import pytest

from showfloor.streaming.ingest.timestamps import Timeline

VIDEO, AUDIO = 0, 1


def place_all(
    timeline: Timeline,
    raws: list[int],
    *,
    track: int = VIDEO,
    step: float = 33.0,
    begin: float = 0.0,
) -> list[int]:
    return [
        timeline.place(track, raw & 0xFFFFFFFF, begin + number * step)
        for number, raw in enumerate(raws)
    ]


def test_a_steady_clock_is_kept_exactly() -> None:
    assert place_all(Timeline(), [5000, 5033, 5067, 5100]) == [0, 33, 67, 100]


@pytest.mark.parametrize("start", [0xFFFFFFFF - 40, 0x7FFFFFFF - 40])
def test_the_32_bit_wrap_is_not_seen(start: int) -> None:
    timeline = Timeline()

    assert place_all(timeline, [start, start + 33, start + 66, start + 99]) == [0, 33, 66, 99]
    assert timeline.jumps == 0


@pytest.mark.parametrize("jump", [100_000, -100_000, 3_600_000])
def test_a_jump_becomes_the_time_that_passed(jump: int) -> None:
    timeline = Timeline()
    before = place_all(timeline, [100_000, 100_033, 100_066])

    after = place_all(timeline, [100_099 + jump, 100_132 + jump], begin=99.0)

    assert (before, after, timeline.jumps) == ([0, 33, 66], [99, 132], 1)


def test_both_tracks_jump_once_even_when_they_interleave() -> None:
    timeline = Timeline()
    for number in range(10):
        timeline.place(VIDEO, number * 33, number * 33.0)
        timeline.place(AUDIO, number * 33 + 10, number * 33.0)
    jumped = [timeline.place(VIDEO, 100_330, 330.0), timeline.place(AUDIO, 340, 331.0)]
    jumped += [timeline.place(AUDIO, 100_373, 363.0), timeline.place(VIDEO, 100_363, 364.0)]

    assert timeline.jumps == 1
    assert jumped == [330, 340, 373, 363]


def test_a_few_milliseconds_back_only_wait() -> None:
    timeline = Timeline()

    assert place_all(timeline, [0, 33, 30, 34, 66]) == [0, 33, 34, 35, 66]
    assert timeline.jumps == 0


def test_equal_timestamps_still_go_forward() -> None:
    assert place_all(Timeline(), [0, 0, 0, 10]) == [0, 1, 2, 10]


def test_a_gap_that_real_time_explains_is_kept() -> None:
    timeline = Timeline()
    place_all(timeline, [0, 33])

    assert timeline.place(VIDEO, 30_000, 30_000.0) == 30_000
    assert timeline.jumps == 0


def test_sound_that_starts_late_is_placed_where_it_belongs() -> None:
    timeline = Timeline()
    place_all(timeline, list(range(0, 9000, 33)), step=0.0)

    assert timeline.place(AUDIO, 8900, 1.0) == 8900
    assert timeline.jumps == 0


def test_any_sequence_goes_forward() -> None:
    timeline = Timeline()
    times = place_all(timeline, [(number * 2_654_435_761) & 0xFFFFFFFF for number in range(500)])

    assert all(later > earlier for earlier, later in itertools.pairwise(times))
