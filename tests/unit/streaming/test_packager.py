"""Where parts and segments are cut."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import Tracks
from showfloor.streaming.packaging.packager import Frame, Packager
from showfloor.streaming.packaging.window import Part

VIDEO = h264.read_config(
    base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
)
LARGER = h264.VideoConfig(VIDEO.record + b"\0", VIDEO.codec, "High", "4.0", 1280, 720)
SOUND = aac.read_config(bytes.fromhex("1190"))
TARGET = 201
CAP = 2499
SILENCE = aac.silence(SOUND)
OTHER_SOUND = aac.read_config(bytes.fromhex("1208"))


@dataclass
class Cuts:
    """Remembers what the packager publishes."""

    segments: list[list[Part]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    tracks: list[Tracks] = field(default_factory=list)
    closed: int = 0
    told: list[tuple[int, int, int]] = field(default_factory=list)

    def begin_segment(self, start: int, tracks: Tracks) -> None:
        assert self.closed == len(self.segments)
        self.segments.append([])
        self.starts.append(start)
        self.tracks.append(tracks)

    def add_part(self, part: Part) -> None:
        self.segments[-1].append(part)

    def end_segment(self) -> None:
        self.closed += 1

    def published(self) -> None:
        """Every part of a closed segment has been told with its end."""
        self.told.append((len(self.segments), len(self.segments[-1]), self.closed))

    @property
    def durations(self) -> list[int]:
        return [sum(part.duration for part in segment) for segment in self.segments]


def packager(cuts: Cuts, tracks: Tracks, *, cap: int = CAP) -> Packager:
    made = Packager(cuts, part_target=TARGET, segment_target=2000, segment_cap=cap)
    made.start(tracks)
    return made


def frames(rate: float, seconds: float, *, gop: float = 2.0) -> list[Frame]:
    """Frames with timestamps rounded to milliseconds, as RTMP has them."""
    per_gop = round(rate * gop)
    return [
        Frame(round(n * 1000 / rate), 0, n % per_gop == 0, [memoryview(b"frame")])
        for n in range(round(rate * seconds))
    ]


def packets(seconds: float, rate: int = 48000, begin: float = 0.0) -> list[Packet]:
    return [
        Packet(round((begin + n * 1024 / rate) * 1000), memoryview(b"aac"))
        for n in range(round(seconds * rate / 1024))
    ]


def package(made: Packager, pictures: list[Frame], sounds: list[Packet] | None = None) -> None:
    for item in sorted([*pictures, *(sounds or [])], key=lambda item: item.time):
        if isinstance(item, Frame):
            made.video(item, VIDEO)
        else:
            made.audio(item, SOUND)


def package_late(
    made: Packager, pictures: list[Frame], sounds: list[Packet], when: range, *, late: int
) -> None:
    """Sound that arrives at a moment of `when` (ms) is stamped `late` ms before the picture that it
    comes with.
    """
    for item in sorted([*pictures, *sounds], key=lambda item: item.time):
        if isinstance(item, Frame):
            made.video(item, VIDEO)
        else:
            behind = late if item.time in when else 0
            made.audio(Packet(item.time - behind, item.data), SOUND)


@pytest.mark.parametrize(
    "rate",
    [30, 29.97, 25, 24, 23.976, 60, 59.94, 50, 48, 20, 18, 16, 15, 14, 13, 12, 10, 9, 7, 4, 1],
)
def test_every_part_fits_and_is_well_filled(rate: float) -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(rate, 10))

    for segment in cuts.segments[:-1]:
        assert all(part.duration <= TARGET for part in segment)
        assert all(part.duration >= 0.85 * TARGET for part in segment[:-1])
        assert segment[0].independent
    assert cuts.durations[:-1] == [pytest.approx(2000, abs=80)] * (len(cuts.durations) - 1)


@pytest.mark.parametrize(
    ("rate", "parts"), [(25, 200), (30, 200), (50, 200), (60, 200), (29.97, 200.2), (59.94, 200.2)]
)
def test_common_rates_fill_parts_with_whole_frames(rate: float, parts: float) -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(rate, 10))

    assert all(
        part.duration == pytest.approx(parts, abs=1)
        for segment in cuts.segments[:-1]
        for part in segment
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_phone_whose_rate_wanders_keeps_the_rule(seed: int) -> None:
    dice, cuts, time, pictures = random.Random(seed), Cuts(), 0, []
    while time < 10_000:
        pictures.append(Frame(time, 0, len(pictures) % 30 == 0, [memoryview(b"frame")]))
        time += dice.choice((33, 34, 42, 50, 67, 83, 100, 300))
    package(packager(cuts, Tracks(VIDEO, None)), pictures)

    for segment in cuts.segments[:-1]:
        assert all(0.85 * TARGET <= part.duration <= TARGET for part in segment[:-1])
        assert segment[-1].duration <= TARGET


@pytest.mark.parametrize("sound", [False, True])
def test_a_pause_makes_no_long_segment(sound: bool) -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND if sound else None))
    again = [frame._replace(time=frame.time + 12_500) for frame in frames(30, 4)]
    package(
        made,
        [*frames(30, 1.5), *again],
        [*packets(1.5), *packets(4, begin=12.5)] if sound else None,
    )

    assert max(cuts.durations) < 2500
    assert cuts.starts[-2:] == [12_500, 14_500]
    assert sum(cuts.durations[:-1]) == 14_500


def test_a_pause_of_sound_alone_makes_no_long_segment() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(None, SOUND)), [], [*packets(1.5), *packets(4, begin=12.5)])

    assert max(cuts.durations) < 2500


def test_part_without_sound_or_picture_says_when_it_is() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(None, SOUND))
    package(made, [], [*packets(1), *packets(1, begin=3)])

    empty = [part for segment in cuts.segments for part in segment if b"aac" not in part.data]
    times = [int.from_bytes(part.data.partition(b"tfdt")[2][4:12], "big") for part in empty]

    assert len(times) > 5 and times[0] > 48_000
    assert [later - earlier for earlier, later in pairwise(times)] == [201 * 48] * (len(times) - 1)


def test_segments_begin_at_key_frames_and_leave_no_hole() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND))
    package(made, frames(30, 9), packets(9))
    made.finish()

    assert cuts.starts == [0, 2000, 4000, 6000, 8000]
    assert cuts.durations == [2000, 2000, 2000, 2000, 1001]
    assert cuts.closed == 5


def test_the_last_part_is_told_together_with_the_end_of_its_segment() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(30, 5))

    # Segments, parts of the newest, closed ones: the tenth part of two seconds is never told of an
    # open segment.
    assert cuts.told[8:11] == [(1, 9, 0), (2, 0, 1), (2, 1, 1)]


def test_short_groups_are_joined_to_a_segment() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(30, 7, gop=0.5))

    assert cuts.starts == [0, 2000, 4000, 6000]


def test_a_segment_ends_early_at_the_next_key_frame_when_viewers_wait_for_another() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, None))
    pictures = frames(30, 7, gop=0.5)
    package(made, pictures[:70])
    made.end_segment_early()
    package(made, pictures[70:])

    assert cuts.starts == [0, 2000, 2500, 4500, 6500]


@pytest.mark.parametrize("gop", [0.4, 1.0, 1.2, 1.5, 2.0, 2.4, 3.0, 4.0, 8.33, 10.0, 1000.0])
@pytest.mark.parametrize("rate", [30, 24, 15, 1])
def test_no_segment_exceeds_the_target_duration(gop: float, rate: float) -> None:
    cuts = Cuts()
    pictures = frames(rate, 40, gop=max(gop, 1 / rate))
    package(packager(cuts, Tracks(VIDEO, None)), pictures, packets(40))

    assert max(cuts.durations) <= CAP
    assert sum(cuts.durations) == cuts.starts[-1] + cuts.durations[-1]
    assert all(part.duration <= TARGET for segment in cuts.segments for part in segment)


def test_groups_that_fit_begin_every_segment() -> None:
    for gop in (0.4, 0.5, 1.0, 1.2, 1.5, 1.8, 2.0, 2.4):
        cuts = Cuts()
        package(packager(cuts, Tracks(VIDEO, None)), frames(30, 20, gop=gop))

        assert all(segment[0].independent for segment in cuts.segments[1:] if segment), gop


def test_a_long_group_is_cut_and_a_segment_begins_at_its_end() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(30, 25, gop=10))

    assert [start for start in cuts.starts if start % 10_000 == 0] == [0, 10_000, 20_000]
    independent = [
        start
        for start, parts in zip(cuts.starts, cuts.segments, strict=True)
        if parts and parts[0].independent
    ]
    assert independent == [0, 10_000, 20_000]


def test_a_segment_without_the_cap_would_exceed_it() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None), cap=12_000), frames(30, 40, gop=10))

    assert max(cuts.durations) > CAP


def test_a_frame_longer_than_a_part_is_followed_by_empty_parts() -> None:
    cuts = Cuts()
    pictures = frames(30, 1)
    frozen = Frame(pictures[-1].time + 700, 0, False, [memoryview(b"frame")])
    package(
        packager(cuts, Tracks(VIDEO, None)),
        [*pictures, frozen, *(f._replace(time=f.time + 2000) for f in frames(30, 1))],
    )

    durations = [part.duration for part in cuts.segments[0]]
    assert max(durations) <= TARGET
    assert sum(durations) == 2000


@pytest.mark.parametrize("rate", [4, 3, 1])
def test_a_slow_camera_keeps_the_part_target(rate: int) -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(rate, 12))

    assert max(part.duration for segment in cuts.segments for part in segment) <= TARGET
    assert cuts.durations[:3] == [2000, 2000, 2000]


def test_new_picture_settings_begin_a_segment_at_their_key_frame() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, None))
    for frame in frames(30, 5, gop=1):
        made.video(frame, LARGER if frame.time >= 3000 else VIDEO)

    assert cuts.starts == [0, 2000, 3000]
    assert [tracks.video for tracks in cuts.tracks] == [VIDEO, VIDEO, LARGER]


def test_late_sound_joins_at_the_next_key_frame() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, None)), frames(30, 9), packets(6, begin=3))

    assert [tracks.audio for tracks in cuts.tracks] == [None, None, SOUND, SOUND, SOUND]


def test_sound_that_changes_its_settings_goes_on_with_the_new_ones() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND))
    for item in sorted([*frames(30, 7), *packets(7)], key=lambda item: item.time):
        if isinstance(item, Frame):
            made.video(item, VIDEO)
        else:
            made.audio(item, OTHER_SOUND if item.time > 3000 else SOUND)

    assert [tracks.audio for tracks in cuts.tracks] == [SOUND, SOUND, OTHER_SOUND, OTHER_SOUND]


def test_a_picture_that_ends_leaves_the_sound_and_comes_back_with_a_key_frame() -> None:
    cuts = Cuts()
    again = [frame._replace(time=frame.time + 10_000) for frame in frames(30, 3)]
    package(packager(cuts, Tracks(VIDEO, SOUND)), [*frames(30, 3), *again], packets(13))

    shown = [tracks.video is not None for tracks in cuts.tracks]
    assert shown[0] and not shown[2] and shown[-1]
    assert all(tracks.audio == SOUND for tracks in cuts.tracks)
    assert max(part.duration for segment in cuts.segments for part in segment) <= TARGET


def test_sound_alone_is_cut_into_parts_and_segments() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(None, SOUND))
    package(made, [], packets(9))
    made.finish()

    assert all(
        171 <= part.duration <= TARGET for segment in cuts.segments[:-1] for part in segment[:-1]
    )
    assert all(1950 <= duration <= 2200 for duration in cuts.durations[:-1])


def test_a_flood_of_huge_frames_is_cut_by_size() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, None))
    big = memoryview(bytes(4 << 20))
    for number in range(40):
        made.video(Frame(number, 0, number == 0, [big]), VIDEO)

    assert max(len(part.data) for segment in cuts.segments for part in segment) < 16 << 20
    assert len(cuts.segments) > 2


def sounds_in(cuts: Cuts) -> list[tuple[int, int, int]]:
    """The start in ms, packets of sound and packets of silence of each segment."""
    return [
        (start, data.count(b"aac"), data.count(SILENCE))
        for start, segment in zip(cuts.starts, cuts.segments, strict=True)
        for data in [b"".join(part.data for part in segment)]
    ]


def test_sound_that_ends_is_followed_by_silence() -> None:
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, SOUND)), frames(30, 14), packets(3))

    assert [tracks.audio for tracks in cuts.tracks] == [SOUND] * 7
    assert sounds_in(cuts)[0] == (0, 94, 0)
    assert sounds_in(cuts)[2:6] == [
        (start, 0, pytest.approx(94, abs=1)) for start in (4000, 6000, 8000, 10_000)
    ]


def test_silence_begins_before_players_must_wait() -> None:
    """They are 0.7 s behind the newest picture, and stop where the sound ends."""
    cuts = Cuts()
    package(packager(cuts, Tracks(VIDEO, SOUND)), frames(30, 9), packets(3))

    filled = sum(count + silent for _, count, silent in sounds_in(cuts)) * 1024 / 48_000
    assert filled == pytest.approx(9 - 0.5, abs=0.25)


def test_no_silence_replaces_sound_that_is_always_late() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND))
    package_late(made, frames(30, 20), packets(20), range(20_000), late=1_500)

    # At first it is: nobody knows yet that more will come.
    assert [silent for _, _, silent in sounds_in(cuts)][1:] == [0] * 9


def test_sound_that_falls_far_behind_is_replaced_until_it_is_in_time() -> None:
    """A device that lost samples and counted the others: every segment has its sound, and none is
    heard at another picture than its own.
    """
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND))
    package_late(made, frames(30, 40), packets(40), range(8_000, 24_000), late=5_000)

    assert [tracks.audio for tracks in cuts.tracks] == [SOUND] * len(cuts.tracks)
    told = {start: (count, silent) for start, count, silent in sounds_in(cuts)}
    assert told[6000][1] == 0
    assert [told[start][0] for start in range(10_000, 24_000, 2000)] == [0] * 7
    assert told[26_000][1] == 0
    assert sum(map(sum, told.values())) == pytest.approx(40 * 48_000 / 1024, abs=25)


def test_a_hole_in_the_sound_is_filled() -> None:
    cuts = Cuts()
    sounds = [packet for packet in packets(9) if not 3000 < packet.time < 3400]
    package(packager(cuts, Tracks(VIDEO, SOUND)), frames(30, 9), sounds)

    whole = round(8 * 48_000 / 1024)
    assert sum(count + silent for _, count, silent in sounds_in(cuts)[:4]) == pytest.approx(
        whole, abs=1
    )
    assert sounds_in(cuts)[1][2] == pytest.approx(0.4 * 48_000 / 1024, abs=1)


def lag_at_the_end(cuts: Cuts) -> float:
    """Seconds of the last whole segments that have neither sound nor silence."""
    filled = sum(count + silent for _, count, silent in sounds_in(cuts)[:-1]) * 1024 / 48_000
    return (cuts.starts[-1] - cuts.starts[0]) / 1000 - filled


def test_lateness_that_grows_without_end_is_not_waited_for() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND))
    # A device that loses an eighth of its samples and counts the others: at the end it is 7.5 s.
    sounds = iter(packets(52.5))
    sound = next(sounds)
    for frame in frames(30, 60):
        while sound.time * 8 <= frame.time * 7:
            made.audio(sound, SOUND)
            sound = next(sounds)
        made.video(frame, VIDEO)

    assert lag_at_the_end(cuts) == pytest.approx(0.5, abs=0.3)


def test_one_late_burst_before_the_sound_ends_is_forgotten() -> None:
    cuts = Cuts()
    made = packager(cuts, Tracks(VIDEO, SOUND))
    package_late(made, frames(30, 40), packets(9), range(8_900, 9_000), late=3_900)

    assert lag_at_the_end(cuts) == pytest.approx(0.5, abs=0.3)


def test_a_picture_that_returns_without_sound_brings_no_silence_from_before() -> None:
    cuts = Cuts()
    again = [frame._replace(time=frame.time + 60_000) for frame in frames(30, 5)]
    package(packager(cuts, Tracks(VIDEO, SOUND)), [*frames(30, 3), *again], packets(10))

    returned = next(n for n, start in enumerate(cuts.starts) if start == 60_000)
    data = cuts.segments[returned][0].data
    assert cuts.tracks[returned] == Tracks(VIDEO, SOUND)
    assert data.count(SILENCE) * 1024 / 48_000 < 0.5
    assert all(int.from_bytes(time[4:12], "big") > 59_000 * 48 for time in data.split(b"tfdt")[1:])


def test_sound_after_a_hole_that_ends_the_picture_fills_nothing() -> None:
    cuts = Cuts()
    sounds = [*packets(3), *packets(5, begin=9)]
    package(packager(cuts, Tracks(VIDEO, SOUND)), frames(30, 3), sounds)

    assert sum(silent for _, _, silent in sounds_in(cuts)) == 0
    assert cuts.tracks[-1] == Tracks(None, SOUND)
