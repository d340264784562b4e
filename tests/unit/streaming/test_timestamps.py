"""Media time goes forward, whatever the publisher's clock does."""

from __future__ import annotations

import itertools
import random

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
    """Media times after the first message's, which is at 5 s."""
    return [
        timeline.place(track, raw & 0xFFFFFFFF, begin + number * step) - 5000
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
    assert jumped == [5330, 5340, 5373, 5363]


def test_a_few_milliseconds_back_only_wait() -> None:
    timeline = Timeline()

    assert place_all(timeline, [0, 33, 30, 34, 66]) == [0, 33, 34, 35, 66]
    assert timeline.jumps == 0


def test_equal_timestamps_still_go_forward() -> None:
    assert place_all(Timeline(), [0, 0, 0, 10]) == [0, 1, 2, 10]


def test_a_gap_that_real_time_explains_is_kept() -> None:
    timeline = Timeline()
    place_all(timeline, [0, 33])

    assert timeline.place(VIDEO, 30_000, 30_000.0) == 35_000
    assert timeline.jumps == 0


def test_sound_that_starts_late_is_placed_where_it_belongs() -> None:
    timeline = Timeline()
    place_all(timeline, list(range(0, 9000, 33)), step=0.0)

    assert timeline.place(AUDIO, 8900, 1.0) == 13_900
    assert timeline.jumps == 0


def test_any_sequence_goes_forward() -> None:
    timeline = Timeline()
    times = place_all(timeline, [(number * 2_654_435_761) & 0xFFFFFFFF for number in range(500)])

    assert all(later > earlier for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("off", [-400, 400, -2000, 2000, 100_000])
def test_a_stray_stamp_does_not_move_the_clock(off: int) -> None:
    timeline = Timeline()
    raws = [number * 33 for number in range(240)]
    strayed = [raw + off if number % 30 == 15 else raw for number, raw in enumerate(raws)]

    times = place_all(timeline, [raw + 10_000 for raw in strayed])

    assert times[-1] == raws[-1]
    assert all(abs(time - raw) <= 1 for time, raw in zip(times, raws, strict=True))
    assert (timeline.jumps, timeline.strays) == (0, 8)


def test_a_stray_stamp_that_a_pause_seems_to_explain_does_not_move_the_clock() -> None:
    timeline = Timeline()
    place_all(timeline, [0, 33, 66])

    after = [timeline.place(VIDEO, raw, 466.0) - 5000 for raw in (499, 132, 165, 198)]
    after += [timeline.place(VIDEO, 1000 + n * 33, 1000.0 + n * 33) - 5000 for n in range(3)]

    assert after[-3:] == [1000, 1033, 1066]
    assert timeline.jumps == 0


@pytest.mark.parametrize("step", [100, 200, 500, 1000, 2000])
def test_a_slow_camera_in_a_burst_keeps_its_steps(step: int) -> None:
    timeline = Timeline()
    raws = [number * step for number in range(10)]

    assert place_all(timeline, raws, step=0.0)[2:] == raws[2:]
    assert timeline.jumps == timeline.strays == 0


@pytest.mark.parametrize("pause", [150, 250, 400])
def test_a_camera_that_is_short_of_breath_is_not_corrected(pause: int) -> None:
    timeline, raws = Timeline(), [0]
    for number in range(90):
        raws.append(raws[-1] + (pause if number % 10 == 9 else 33))

    assert [timeline.place(VIDEO, raw, float(raw)) - 5000 for raw in raws] == raws
    assert timeline.jumps == timeline.strays == 0


def test_two_stamps_that_agree_are_a_gap_or_a_jump() -> None:
    ahead, back = Timeline(), Timeline()

    assert place_all(ahead, [0, 33, 1033, 1066, 1099]) == [0, 33, 66, 1066, 1099]
    assert place_all(back, [5000, 5033, 4033, 4066, 4099]) == [0, 33, 66, 99, 132]
    assert (ahead.jumps, back.jumps) == (0, 1)


def test_a_track_that_began_before_the_first_message_keeps_its_distance() -> None:
    timeline = Timeline()

    sound, picture = timeline.place(AUDIO, 0, 0.0), timeline.place(VIDEO, 0xFFFFFF8B, 0.0)

    assert (picture - sound, timeline.jumps) == (-117, 0)
    assert picture > 0


def test_stamps_that_stand_still_give_way_to_arrival() -> None:
    timeline = Timeline()
    times = []
    for number in range(240):
        times.append(timeline.place(VIDEO, 0, number * 33.0) - 5000)
        timeline.place(AUDIO, 0, number * 33.0)

    assert timeline.frozen
    assert times[-1] == 239 * 33
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
    resumed = [
        timeline.place(VIDEO, number * 33, (240 + number) * 33.0) - 5000 for number in range(1, 5)
    ]
    assert resumed == [240 * 33, 241 * 33, 242 * 33, 243 * 33]


@pytest.mark.parametrize("seed", range(30))
def test_no_stamp_makes_time_go_back_or_negative(seed: int) -> None:
    dice, timeline, last = random.Random(seed), Timeline(), {VIDEO: -1, AUDIO: -1}
    raw = dice.randrange(1 << 32)
    for number in range(400):
        raw += dice.choice((0, 1, 21, 33, 33, 33, -40, 400, -400, 90_000, 1 << 31))
        track = dice.choice((VIDEO, AUDIO))
        time = timeline.place(track, raw & 0xFFFFFFFF, number * 15.0)
        assert time > last[track]
        last[track] = time
