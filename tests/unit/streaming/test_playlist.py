"""Playlist text, read back by a parser that is not ours."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace

import m3u8
import pytest

from showfloor.kit.contract import CarriedCue
from showfloor.kit.hls import date_range
from showfloor.streaming.hls import playlist
from showfloor.streaming.hls.playlist import MediaView
from showfloor.streaming.packaging.window import Part, Segment

EPOCH = 1_700_000_000_000.0


def segment(
    msn: int,
    *,
    parts: int = 10,
    complete: bool = True,
    init: str = "init-a.mp4",
    discontinuity: bool = False,
    key: bool = True,
) -> Segment:
    made = Segment(msn, EPOCH + msn * 2000, init, "avc1.42c01e,mp4a.40.2", discontinuity, False)
    for index in range(parts):
        made.add(Part(200, key and index == 0, b"x"))
    made.complete = complete
    return made


def view(*segments: Segment, **changes: object) -> MediaView:
    whole = MediaView(list(segments), 2, 200, 0, segments[-1].msn + 1 if segments else 0, [], False)
    return replace(whole, **changes)  # type: ignore[arg-type]


def live() -> MediaView:
    return view(*(segment(msn) for msn in range(40, 48)), segment(48, parts=3, complete=False))


def test_a_live_playlist_says_what_low_latency_players_need() -> None:
    parsed = m3u8.loads(playlist.media(live()))

    assert (parsed.target_duration, parsed.media_sequence, parsed.part_inf.part_target) == (
        2,
        40,
        0.2,
    )
    control = parsed.server_control
    assert (control.can_block_reload, control.part_hold_back, control.can_skip_until) == (
        "YES",
        pytest.approx(0.6),
        12.0,
    )
    assert [item.uri for item in parsed.segments if item.uri] == [
        f"{msn}.m4s" for msn in range(40, 48)
    ]
    assert [part.uri for part in parsed.segments[-1].parts] == ["48.0.m4s", "48.1.m4s", "48.2.m4s"]
    assert parsed.segments[-1].parts[0].independent == "YES"
    assert (parsed.preload_hint.hint_type, parsed.preload_hint.uri) == ("PART", "48.3.m4s")
    assert not parsed.is_endlist


@pytest.mark.parametrize(
    ("keys", "newest", "start"),
    [
        ([True] * 4, 3, None),
        ([True, False, False, False], 5, "-6.980"),
        ([True, False, False, True], 3, None),  # three parts are what a player keeps
        ([True, False, False, True], 2, "-0.380"),
        ([True, True, False, False], 1, "-4.180"),
        ([False] * 4, 5, None),
    ],
)
def test_who_joins_inside_a_long_group_starts_at_its_key_frame(
    keys: list[bool], newest: int, start: str | None
) -> None:
    *whole, last = keys
    segments = [segment(number, key=key) for number, key in enumerate(whole)]
    segments.append(segment(3, parts=newest, complete=False, key=last))

    text = playlist.media(view(*segments))

    assert (f"#EXT-X-START:TIME-OFFSET={start}\n" in text) == (start is not None)
    assert text.count("#EXT-X-START") == (start is not None)


def test_only_the_newest_segments_list_their_parts() -> None:
    parsed = m3u8.loads(playlist.media(live()))

    assert [len(item.parts) for item in parsed.segments] == [0, 0, 0, 0, 0, 0, 10, 10, 3]


def test_a_segment_that_was_read_back_lists_no_parts() -> None:
    text = playlist.media(view(replace(segment(46, parts=1), whole=True), segment(47)))

    assert "46.0.m4s" not in text and "47.0.m4s" in text
    assert "\n46.m4s" in text


def test_every_segment_has_its_moment_and_they_go_on() -> None:
    text = playlist.media(live())
    moments = [
        line.partition(":")[2]
        for line in text.splitlines()
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME")
    ]

    assert len(moments) == 9
    assert moments == sorted(moments)
    assert moments[0] == "2023-11-14T22:14:40.000Z"


def test_after_a_complete_segment_the_hint_is_the_next_ones_first_part() -> None:
    parsed = m3u8.loads(playlist.media(view(segment(7))))

    assert parsed.preload_hint.uri == "8.0.m4s"


def test_a_delta_update_skips_what_lies_beyond_the_boundary() -> None:
    text = playlist.media(live(), skip=True)

    # 16.6 s are listed; what remains must be at least the skip boundary of 12 s.
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n" in text
    assert "\n41.m4s" not in text and "\n42.m4s" in text
    assert m3u8.loads(text).skip.skipped_segments == 2


def test_a_short_playlist_has_no_delta() -> None:
    short = view(*(segment(msn) for msn in range(3)))

    assert playlist.media(short, skip=True) == playlist.media(short)


def test_new_tracks_are_a_discontinuity_with_their_own_map() -> None:
    text = playlist.media(
        view(
            segment(1),
            segment(2, init="init-b.mp4", discontinuity=True),
            segment(3, init="init-b.mp4"),
        )
    )
    parsed = m3u8.loads(text)

    assert [item.discontinuity for item in parsed.segments] == [False, True, False]
    assert [item.init_section.uri for item in parsed.segments] == [
        "init-a.mp4",
        "init-b.mp4",
        "init-b.mp4",
    ]
    assert text.count("#EXT-X-MAP") == 2


def test_discontinuities_that_left_are_counted() -> None:
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:3\n" in playlist.media(
        view(segment(1), discontinuities_gone=3)
    )


def test_an_ended_show_is_closed() -> None:
    text = playlist.media(view(segment(1), ended=True))

    assert text.endswith("#EXT-X-ENDLIST\n")
    assert "PRELOAD-HINT" not in text


def test_a_cue_travels_as_a_date_range() -> None:
    cue = CarriedCue("cue_1", "pin", "2026-11-23T10:00:00.123Z", None, {"product_id": "prod_é"})
    ended = replace(cue, id="cue_2", end="2026-11-23T10:00:09.000Z")
    ranges = m3u8.loads(playlist.media(view(segment(1), cues=[cue, ended]))).segments[0].dateranges
    ranges = (
        ranges
        or m3u8.loads(playlist.media(view(segment(1), cues=[cue, ended])) + "#EXTINF:2,\nx.m4s\n")
        .segments[-1]
        .dateranges
    )

    first, second = ranges
    assert (first.id, first.class_, first.start_date, first.end_date) == (
        "cue_1",
        "showfloor.pin",
        "2026-11-23T10:00:00.123Z",
        None,
    )
    assert second.end_date == "2026-11-23T10:00:09.000Z"
    assert json.loads(base64.b64decode(dict(first.x_client_attrs)["x_cue"])) == asdict(cue)


def test_ending_a_cue_changes_no_attribute_that_was_sent() -> None:
    """Players drop an update in which an attribute of a known ID differs (RFC 8216bis §4.4.5.1)."""
    cue = CarriedCue("cue_1", "pin", "2026-11-23T10:00:00.123Z", None, {})
    before = date_range(cue)
    after = date_range(replace(cue, end="2026-11-23T10:00:09.000Z"))

    assert set(before.split(",")) < set(after.split(","))


def test_the_preview_token_is_carried_into_every_address() -> None:
    text = playlist.media(replace(live(), query="?preview=t"))
    addresses = [line for line in text.splitlines() if not line.startswith("#")]
    addresses += [
        line.split('URI="')[1].split('"')[0] for line in text.splitlines() if 'URI="' in line
    ]

    assert addresses and all(address.endswith("?preview=t") for address in addresses)


def test_the_multivariant_playlist_names_codecs_and_size() -> None:
    rendition = playlist.Rendition(
        "avc1.42c01e,mp4a.40.2", 4_400_000, 4_000_000, (1080, 1920), 30.0
    )
    parsed = m3u8.loads(playlist.multivariant(rendition))

    info = parsed.playlists[0].stream_info
    assert (info.bandwidth, info.average_bandwidth, info.codecs) == (
        4_400_000,
        4_000_000,
        "avc1.42c01e,mp4a.40.2",
    )
    assert (info.resolution, info.frame_rate, parsed.playlists[0].uri) == (
        (1080, 1920),
        30.0,
        "media.m3u8",
    )


def test_sound_alone_has_no_resolution() -> None:
    text = playlist.multivariant(playlist.Rendition("mp4a.40.2", 64_000, 64_000, None, None))

    assert "RESOLUTION" not in text and "FRAME-RATE" not in text
