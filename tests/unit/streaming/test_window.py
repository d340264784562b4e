"""What stays in memory, and what the numbers say when something leaves."""

from __future__ import annotations

import base64
from dataclasses import replace

from showfloor.streaming.codecs import h264
from showfloor.streaming.packaging import cmaf
from showfloor.streaming.packaging.window import Part, Window

VIDEO = h264.read_config(
    base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
)
TRACKS = cmaf.Tracks(VIDEO, None)
INIT = cmaf.init_segment(TRACKS)


def add(
    window: Window,
    *,
    duration: int = 2000,
    size: int = 10,
    new_ingest: bool = False,
    width: int = 1920,
) -> None:
    tracks = cmaf.Tracks(replace(VIDEO, width=width), None)
    window.begin(
        window.end, cmaf.init_segment(tracks), tracks, new_ingest=new_ingest, preview=False
    )
    window.add_part(Part(duration, True, bytes(size)))
    window.complete()


def test_the_window_keeps_its_count_and_serves_a_little_longer() -> None:
    window = Window(segments=3, limit=1 << 20, target_seconds=2)
    for _ in range(10):
        add(window)

    assert [segment.msn for segment in window.listed] == [7, 8, 9]
    assert [window.find(msn) is not None for msn in (4, 5, 6, 7, 9, 10)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_the_window_is_bounded_in_bytes() -> None:
    window = Window(segments=10, limit=1000, target_seconds=2)
    for _ in range(20):
        add(window, size=300)

    assert window.size <= 1000
    assert window.listed[-1].msn == 19


def test_a_reconnect_and_new_tracks_are_discontinuities_and_counted_when_they_leave() -> None:
    window = Window(segments=3, limit=1 << 20, target_seconds=2)
    add(window)
    add(window, new_ingest=True)
    add(window, width=640)
    assert [segment.discontinuity for segment in window.listed] == [False, True, True]

    for _ in range(4):
        add(window, width=640)
    assert window.discontinuities_gone == 2


def test_inits_leave_with_their_last_segment() -> None:
    window = Window(segments=2, limit=1 << 20, target_seconds=2)
    add(window, width=640)
    for _ in range(5):
        add(window)

    assert list(window.inits) == [INIT.name]


def test_the_same_tracks_have_the_same_init() -> None:
    assert cmaf.init_segment(cmaf.Tracks(h264.read_config(VIDEO.record), None)) == INIT


def test_three_target_durations_stay_listed_however_short_segments_are() -> None:
    window = Window(segments=2, limit=1 << 20, target_seconds=2)
    for _ in range(30):
        add(window, duration=500)

    assert sum(segment.duration for segment in window.listed) == 6000


def test_memory_comes_before_the_three_target_durations() -> None:
    window = Window(segments=2, limit=60, target_seconds=2)
    for _ in range(30):
        add(window, duration=500)

    assert window.size <= 60 + 20
