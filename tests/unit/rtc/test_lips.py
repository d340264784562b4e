"""Picture and sound of one camera on one clock."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from showfloor.rtc.lips import TrackClock, ntp_micros

VIDEO, AUDIO = 90_000, 48_000
SECOND = 1_000_000


def play(clock: TrackClock, rate: int, zero: int, delays: list[int], *, every: int) -> list[int]:
    """Stamps of frames that are captured every so many microseconds and delayed so much."""
    return [
        clock.stamp((zero + number * every * rate // SECOND) % (1 << 32), number * every + delay)
        for number, delay in enumerate(delays)
    ]


def test_least_delayed_frame_says_where_zero_is() -> None:
    dice = random.Random(1)
    delays = [dice.randrange(5_000, 60_000) for _ in range(60)]
    delays[20] = 4_000

    stamps = play(TrackClock(VIDEO), VIDEO, 123_456, delays, every=33_333)

    assert stamps[-1] == pytest.approx(59 * 33_333 + 4_000, abs=50)


def test_stamps_follow_the_camera_not_the_network() -> None:
    dice = random.Random(2)
    delays = [dice.randrange(5_000, 200_000) for _ in range(400)]

    stamps = play(TrackClock(VIDEO), VIDEO, 0, delays, every=33_333)

    steps = [later - earlier for earlier, later in pairwise(stamps[60:])]
    assert max(steps) < 33_333 + 2_100
    assert min(steps) > 33_333 - 2_100


def test_clock_wraps_without_a_jump() -> None:
    stamps = play(TrackClock(VIDEO), VIDEO, (1 << 32) - 900_000, [5_000] * 900, every=33_333)

    assert stamps[-1] == pytest.approx(899 * 33_333 + 5_000, abs=2_500)


def test_sender_reports_bring_sound_to_its_picture() -> None:
    picture, sound = TrackClock(VIDEO), TrackClock(AUDIO)
    # Pictures are delayed by their encoder; by arrival alone the sound would be 80 ms early.
    play(picture, VIDEO, 1_000, [90_000] * 100, every=33_333)
    play(sound, AUDIO, 77_000, [10_000] * 160, every=20_000)
    sender = 5_000 * SECOND
    picture.report(1_000, sender)
    sound.report(77_000, sender)

    assert picture.lead is not None
    sound.be_led(picture.lead)

    at = 3 * SECOND
    seen = picture.stamp(1_000 + 3 * VIDEO, at + 90_000)
    heard = sound.stamp(77_000 + 3 * AUDIO, at + 10_000)
    assert abs(seen - heard) < 1_000


def test_reports_of_a_camera_without_a_clock_change_nothing() -> None:
    picture, sound = TrackClock(VIDEO), TrackClock(AUDIO)
    play(picture, VIDEO, 0, [20_000] * 60, every=33_333)
    before = play(sound, AUDIO, 0, [10_000] * 60, every=20_000)[-1]
    picture.report(0, 5_000 * SECOND)
    sound.report(0, 9 * SECOND)

    assert picture.lead is not None
    sound.be_led(picture.lead)

    assert sound.stamp(60 * AUDIO // 50, 60 * 20_000 + 10_000) == pytest.approx(
        before + 20_000, abs=100
    )


def test_without_a_report_nobody_leads() -> None:
    clock = TrackClock(VIDEO)
    clock.report(0, 1.0)

    assert clock.lead is None


def test_ntp_time_is_in_microseconds() -> None:
    assert ntp_micros((5 << 32) + (1 << 31)) == 5.5 * SECOND
