"""A replay's playlists, by text and by an independent parser."""

from __future__ import annotations

from dataclasses import replace

import m3u8

from showfloor.kit import clock, ids, webvtt
from showfloor.kit.contract import CarriedCue
from showfloor.kit.hls import Subtitles, with_subtitles
from showfloor.kit.recording import SegmentLine
from showfloor.replays import playlist
from showfloor.shows.types import Caption

FIRST = SegmentLine(
    msn=7,
    start=1_795_978_800_000.0,
    duration=2000,
    init="init-a.mp4",
    codecs="avc1.640028,mp4a.40.2",
    size=[1280, 720],
    discontinuity=True,
    bytes=500_000,
)
SECOND = replace(FIRST, msn=8, start=FIRST.end, duration=1500, discontinuity=False, bytes=300_000)
AFTER_GAP = replace(
    FIRST, msn=9, start=FIRST.start + 60_000, init="init-b.mp4", size=[640, 360], bytes=100_000
)
CUE = CarriedCue(
    "cue_a", "pin", "2026-11-29T19:00:01.000Z", "2026-11-29T19:00:03.000Z", {"product_id": "prod_1"}
)


def test_media_playlist_says_it_all() -> None:
    text = playlist.media([FIRST, SECOND, AFTER_GAP], [CUE])

    head, _, rest = text.partition("#EXT-X-DATERANGE")
    assert head.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    assert rest.splitlines()[1:] == [
        '#EXT-X-MAP:URI="init-a.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-29T19:00:00.000Z",
        "#EXTINF:2.000,",
        "7.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-29T19:00:02.000Z",
        "#EXTINF:1.500,",
        "8.m4s",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="init-b.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-29T19:01:00.000Z",
        "#EXTINF:2.000,",
        "9.m4s",
        "#EXT-X-ENDLIST",
    ]


def test_independent_parser_reads_the_same() -> None:
    parsed = m3u8.loads(playlist.media([FIRST, SECOND, AFTER_GAP], [CUE]))

    assert parsed.is_endlist
    assert [segment.uri for segment in parsed.segments] == ["7.m4s", "8.m4s", "9.m4s"]
    assert [segment.init_section.uri for segment in parsed.segments] == [
        "init-a.mp4",
        "init-a.mp4",
        "init-b.mp4",
    ]
    assert [segment.discontinuity for segment in parsed.segments] == [False, False, True]
    assert parsed.segments[2].program_date_time.isoformat() == "2026-11-29T19:01:00+00:00"


def test_segments_that_were_cut_out_leave_a_discontinuity() -> None:
    text = playlist.media([FIRST, replace(SECOND, msn=12)], [])

    assert text.count("#EXT-X-DISCONTINUITY\n") == 1


def test_target_duration_is_the_longest_segment_s_rounded() -> None:
    assert "#EXT-X-TARGETDURATION:3\n" in playlist.media(
        [FIRST, replace(SECOND, duration=2600)], []
    )
    assert "#EXT-X-TARGETDURATION:1\n" in playlist.media([replace(FIRST, duration=300)], [])


def test_multivariant_playlist_describes_most_of_the_show() -> None:
    text = playlist.multivariant([FIRST, SECOND, AFTER_GAP])

    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1309090,"
        'CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1280x720',
        "media.m3u8",
    ]


def test_sound_alone_has_no_resolution() -> None:
    assert "RESOLUTION" not in playlist.multivariant([replace(FIRST, size=None)])


def test_subtitles_are_offered_once_however_often_they_are_written() -> None:
    plain = playlist.multivariant([FIRST])
    both = [Subtitles("ar", "العربية", "a.m3u8"), Subtitles("en", "English", "e.m3u8")]

    once = with_subtitles(plain, both)

    assert with_subtitles(once, both) == once
    assert with_subtitles(once, []) == plain
    offered = m3u8.loads(once)
    assert [(media.language, media.name) for media in offered.media] == [
        ("ar", "العربية"),
        ("en", "English"),
    ]
    assert offered.playlists[0].stream_info.subtitles == "captions"


def test_line_that_a_jump_of_the_clock_interrupts_is_shown_on_both_sides() -> None:
    begins = FIRST.start
    stretches = [
        playlist.Stretch(0, begins, 2000),
        playlist.Stretch(2000, begins + 60_000, 2000),
    ]
    spoken = Caption(
        ids.new(),
        ids.new(),
        "en",
        clock.from_milliseconds(begins + 1500),
        clock.from_milliseconds(begins + 60_500),
        "Back in a moment",
    )

    files = playlist.captions("en", [spoken], [playlist.Run(0, stretches)])

    (text,) = [body for name, body in files.items() if name.endswith(".vtt")]
    assert webvtt.parse(text.encode()) == [
        webvtt.Line(1500, 2000, "Back in a moment"),
        webvtt.Line(2000, 2500, "Back in a moment"),
    ]
    assert list(files)[-1] == "captions-en.m3u8"
