"""One show as the streaming process knows it: state, preview, restart, figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.packaging import cmaf
from showfloor.streaming.packaging.window import Part, Segment
from showfloor.streaming.ports import LetGo
from showfloor.streaming.recording.recorder import Recorded
from tests.unit.streaming.shows import (
    INIT,
    START,
    TRACKS,
    VIDEO,
    Heard,
    add_parts,
    add_segment,
    begin,
    config_at,
    cue,
    live_show,
    simulcast_at,
)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def show(tmp_path: Path, heard: Heard) -> LiveShow:
    return live_show(tmp_path, heard)


# What viewers may see


@pytest.mark.parametrize(
    ("state", "watched"),
    [
        ("draft", False),
        ("scheduled", False),
        ("live", True),
        ("interrupted", True),
        ("ended", True),
        ("cancelled", False),
        (None, False),
    ],
)
def test_show_is_for_everybody_while_it_is_on_and_afterwards(
    tmp_path: Path, heard: Heard, state: str | None, watched: bool
) -> None:
    assert live_show(tmp_path, heard, state=state).may_watch("") is watched


def test_preview_opens_with_its_tokens_alone(tmp_path: Path, heard: Heard) -> None:
    show = live_show(tmp_path, heard, state="scheduled")
    show.preview_tokens = ("new", "")

    assert show.may_preview("new") and show.may_watch("new")
    assert not show.may_preview("") and not show.may_preview("old") and not show.may_preview("ü")


def test_playlist_without_a_whole_segment_is_none_yet(show: LiveShow) -> None:
    assert not show.has_media(preview=False)
    begin(show)
    add_parts(show, b"one")
    assert not show.has_media(preview=False)

    show.window.complete()

    assert show.has_media(preview=False) and show.has_media(preview=True)


def test_segment_is_there_when_it_is_whole(show: LiveShow) -> None:
    add_segment(show, b"one")
    begin(show)
    add_parts(show, b"two")

    assert [show.has_segment(msn) for msn in (0, 1, 2)] == [True, False, False]


@pytest.mark.parametrize(
    ("msn", "part", "there"),
    [(0, 0, True), (0, 9, True), (1, 0, True), (1, 1, True), (1, 2, False), (2, 0, False)],
)
def test_part_is_there_when_it_or_the_next_segment_came(
    show: LiveShow, msn: int, part: int, there: bool
) -> None:
    add_segment(show, b"one")
    begin(show)
    add_parts(show, b"two", b"three")

    assert show.has_part(msn, part) is there


def test_part_beyond_the_end_of_its_segment_waits_for_the_next_segment_s_first(
    show: LiveShow,
) -> None:
    add_segment(show, b"one", b"two")
    begin(show)
    assert [show.has_part(0, part) for part in (0, 1, 2, 9)] == [True, True, False, False]

    add_parts(show, b"three")

    assert show.has_part(0, 2) and show.has_part(0, 9)


def test_nothing_is_there_before_anything_came(show: LiveShow) -> None:
    assert not show.has_part(0, 0) and not show.has_segment(0)
    assert show.rendition() is None and show.find(0, preview=True) is None
    assert list(show.view(preview=True).segments) == []


# State


def test_going_live_hides_what_the_team_saw(tmp_path: Path, heard: Heard) -> None:
    show = live_show(tmp_path, heard, state="scheduled")
    add_segment(show, b"rehearsal", preview=True)
    show.set_state("live")
    assert not show.has_media(preview=False)
    add_segment(show, b"show")

    assert [segment.msn for segment in show.view(preview=False).segments] == [1]
    assert [segment.msn for segment in show.view(preview=True).segments] == [0, 1]
    assert show.find(0, preview=False) is None and show.find(0, preview=True) is not None


def test_show_whose_state_was_unknown_hides_nothing_when_it_is_live(
    tmp_path: Path, heard: Heard
) -> None:
    show = live_show(tmp_path, heard, state=None)
    add_segment(show, b"on air")

    show.set_state("live")

    assert [segment.msn for segment in show.view(preview=False).segments] == [0]


def test_interruption_hides_nothing(show: LiveShow) -> None:
    add_segment(show, b"one")

    show.set_state("interrupted")
    show.set_state("live")

    assert [segment.msn for segment in show.view(preview=False).segments] == [0]


@pytest.mark.parametrize("over", ["ended", "cancelled"])
def test_show_that_is_over_never_comes_back(show: LiveShow, over: str) -> None:
    show.set_state(over)

    for state in ("live", "scheduled", "ended", "cancelled"):
        show.set_state(state)

    assert show.state == over


def test_only_a_new_state_is_news(show: LiveShow, heard: Heard) -> None:
    before = len(heard.changed)

    show.set_state("live")
    assert len(heard.changed) == before
    show.set_state("interrupted")
    assert len(heard.changed) == before + 1


def test_only_new_cues_are_news(show: LiveShow, heard: Heard) -> None:
    show.add_cues([cue()])
    before = len(heard.changed)

    show.add_cues([cue()])
    show.set_cues([cue()], clock.monotonic() + 1)
    assert len(heard.changed) == before

    show.set_cues([], clock.monotonic() + 1)
    assert len(heard.changed) == before + 1 and list(show.cues) == []


def test_show_without_a_publisher_has_no_signal(show: LiveShow) -> None:
    assert (show.signal, show.cue_time(), show.health()) == ("lost", None, None)
    show.disconnect(LetGo.REPLACED)


# The multivariant playlist


def test_rendition_says_what_the_newest_segment_is(show: LiveShow) -> None:
    begin(show)
    for _ in range(5):
        show.add_part(Part(200, True, bytes(25_000)))
    show.window.complete()

    rendition = show.rendition()

    assert rendition is not None
    assert (rendition.codecs, rendition.size) == (TRACKS.codecs, (1920, 1080))
    assert (rendition.average, rendition.peak) == (1_000_000, 1_100_000)
    assert rendition.frame_rate is None


def test_segment_that_was_cut_short_says_nothing_about_the_rate(show: LiveShow) -> None:
    begin(show)
    for _ in range(5):
        show.add_part(Part(200, True, bytes(25_000)))
    show.window.complete()
    add_segment(show, bytes(1_000_000))

    rendition = show.rendition()

    assert rendition is not None and rendition.peak == 1_100_000


def test_quiet_picture_announces_a_rate_that_players_take(show: LiveShow) -> None:
    begin(show)
    for _ in range(5):
        show.add_part(Part(200, True, b"x"))
    show.window.complete()

    rendition = show.rendition()

    assert rendition is not None and (rendition.average, rendition.peak) == (64_000, 64_000)


def test_sound_alone_has_no_size_and_no_frame_rate(show: LiveShow) -> None:
    sound = cmaf.Tracks(None, TRACKS.audio)
    segment = show.window.begin(START, INIT, TRACKS, new_ingest=False, preview=False)
    segment.size_in_pixels = None
    show.add_part(Part(200, True, b"x"))
    show.window.complete()

    rendition = show.rendition()

    assert sound.video is None
    assert rendition is not None and (rendition.size, rendition.frame_rate) == (None, None)


# After a restart


def segment(msn: int, *, duration: int = 2000, preview: bool = False) -> tuple[Segment, object]:
    made = Segment(msn, START + 2000 * msn, INIT.name, TRACKS.codecs, False, preview)
    made.add(Part(duration, True, b"recorded"))
    return made, INIT


def recorded(*segments: tuple[Segment, object], next_msn: int, **changes: object) -> Recorded:
    values = {
        "next_msn": next_msn,
        "discontinuities": 0,
        "end": segments[-1][0].end if segments else START,
        "ended": False,
        "ingest_id": "ingest_1",
        "discontinuous": frozenset(),
        "segments": list(segments),
    }
    names = Recorded.__dataclass_fields__
    return Recorded(**{name: {**values, **changes}[name] for name in names})  # type: ignore[arg-type] # by name


def restored(folder: Path, heard: Heard, found: Recorded, *, fresh: bool = True) -> LiveShow:
    show = LiveShow("show_a", config_at(folder), [], heard, simulcast_at(folder))
    show.restore(found, fresh=fresh)
    return show


def test_show_goes_on_where_it_stopped(tmp_path: Path, heard: Heard) -> None:
    found = recorded(segment(5), segment(6), next_msn=7)

    show = restored(tmp_path, heard, found)

    assert [(one.msn, one.gap) for one in show.window.listed] == [(5, False), (6, False)]
    assert show.window.next_msn == 7 and show.published_until == START + 7 * 2000


def test_number_that_was_taken_when_the_process_died_is_a_gap(tmp_path: Path, heard: Heard) -> None:
    found = recorded(segment(5), segment(6), next_msn=8)

    show = restored(tmp_path, heard, found)

    assert [(one.msn, one.gap) for one in show.window.listed] == [
        (5, False),
        (6, False),
        (7, True),
    ]
    assert show.window.next_msn == 8 and show.find(7, preview=True) is None


def test_crash_that_lost_more_starts_with_an_empty_window_and_the_right_number(
    tmp_path: Path, heard: Heard
) -> None:
    show = restored(tmp_path, heard, recorded(segment(5), next_msn=20))

    assert list(show.window.listed) == [] and show.window.next_msn == 20


def test_show_of_an_hour_ago_keeps_its_numbers_alone(tmp_path: Path, heard: Heard) -> None:
    found = recorded(segment(5), segment(6), next_msn=7, discontinuities=3)

    show = restored(tmp_path, heard, found, fresh=False)

    assert list(show.window.listed) == []
    assert (show.window.next_msn, show.window.discontinuities_gone) == (7, 3)


def test_segments_behind_one_that_is_too_long_are_not_listed_again(
    tmp_path: Path, heard: Heard
) -> None:
    found = recorded(segment(4), segment(5, duration=8000), segment(6), next_msn=7)

    show = restored(tmp_path, heard, found)

    assert [one.msn for one in show.window.listed] == [6]


def test_preview_stays_hidden_over_a_restart(tmp_path: Path, heard: Heard) -> None:
    found = recorded(segment(5, preview=True), segment(6), next_msn=7)

    show = restored(tmp_path, heard, found)
    show.set_state("live")

    assert [one.msn for one in show.view(preview=False).segments] == [6]
    assert [one.msn for one in show.view(preview=True).segments] == [5, 6]


def test_discontinuities_are_never_fewer_than_before(tmp_path: Path, heard: Heard) -> None:
    broken, init = segment(6)
    found = recorded(
        segment(5), (replace(broken, discontinuity=True), init), next_msn=7, discontinuities=4
    )

    show = restored(tmp_path, heard, found)

    assert show.window.discontinuities == 4
    assert show.view(preview=True).discontinuities_gone == 3


# Figures of the settings


@pytest.mark.parametrize(
    ("files", "places"),
    [(1_000_000, 20_000), (20_864, 20_000), (10_864, 10_000), (1024, 512), (256, 128)],
)
def test_viewers_leave_files_for_cameras(tmp_path: Path, files: int, places: int) -> None:
    assert config_at(tmp_path).viewer_places(files) == places


@pytest.mark.parametrize(
    ("target", "seconds", "cap"), [(2000, 2, 2499), (1500, 2, 2499), (4000, 4, 4499)]
)
def test_target_duration_is_one_that_no_segment_exceeds(
    tmp_path: Path, target: int, seconds: int, cap: int
) -> None:
    config = replace(config_at(tmp_path), segment_target_ms=target)

    assert (config.target_seconds, config.segment_cap_ms) == (seconds, cap)
    assert VIDEO.width == 1920
