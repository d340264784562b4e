"""The text of playlists (RFC 8216bis, low latency). Pure: the same view gives the same text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from showfloor.kit.contract import CarriedCue
from showfloor.kit.hls import date_range, date_time, stream_inf
from showfloor.streaming.packaging.window import Segment

_SKIP_TARGETS = 6
"""CAN-SKIP-UNTIL is at least six target durations (§4.4.3.8)."""
_PART_HOLD_BACK = 3
"""PART-HOLD-BACK should be three part targets (§4.4.3.8)."""
_INSIDE_MS = 20
"""A start this far behind a key frame lies in its segment, whatever was rounded."""
_SEGMENTS_WITH_PARTS = 2
"""Complete segments that still list their parts; older ones would be asked for whole."""


AUDIO_ONLY = "audio.m3u8"
AUDIO_PREFIX = "audio-"
"""Of the addresses of segments and init segments without a picture."""
AUDIO_SEGMENTS = 6
"""Newest segments that the playlist of the sound lists: twice what a playlist must (§6.2.2)."""


@dataclass(frozen=True, slots=True)
class MediaView:
    """What a playlist shows. `part_target` is ms; `query` is appended to every URI (`?preview=…` or
    nothing).
    """

    segments: Sequence[Segment]
    target_seconds: int
    part_target: int
    discontinuities_gone: int
    next_msn: int
    cues: Iterable[CarriedCue]
    ended: bool
    query: str = ""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A show as its camera sends it. `peak`, `average` and `audio` are bits per second; `audio` is
    the rate of the sound alone, None where there is none or nothing else.
    """

    codecs: str
    peak: int
    average: int
    size: tuple[int, int] | None
    frame_rate: float | None
    audio: int | None = None
    audio_codec: str = ""


def multivariant(rendition: Rendition, query: str = "") -> str:
    """§4.4.6: names codecs and size, so that a player sets up its decoders before the first
    segment.
    """
    line = stream_inf(
        codecs=rendition.codecs,
        peak=rendition.peak,
        average=rendition.average,
        size=rendition.size,
        frame_rate=rendition.frame_rate,
    )
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", line, f"media.m3u8{query}"]
    if rendition.audio is not None:
        # For players that choose by themselves (Safari); hls.js leaves it out beside a picture.
        rate = rendition.audio
        alone = stream_inf(
            codecs=rendition.audio_codec, peak=rate, average=rate, size=None, frame_rate=None
        )
        lines += [alone, f"{AUDIO_ONLY}{query}"]
    return "\n".join([*lines, ""])


def media(view: MediaView, *, skip: bool = False) -> str:
    """The media playlist; with `skip` a delta update (§6.2.5.1) when there is something to skip."""
    skipped = _skippable(view) if skip else 0
    shown = view.segments[skipped:]
    lines = [*_head(view)]
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    lines += _body(view, shown)
    lines += [date_range(cue) for cue in view.cues]
    if view.ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        msn, part = next_part(view)
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{msn}.{part}.m4s{view.query}"')
    lines.append("")
    return "\n".join(lines)


def audio_only(view: MediaView) -> str:
    """The playlist of the sound alone, for viewers with next to no network: whole segments, because
    the requests for parts would cost more than the sound in them, and of segments and cues only
    what a player needs.
    """
    whole = [segment for segment in view.segments if segment.complete]
    shown = whole if view.ended else whole[-AUDIO_SEGMENTS:]
    hidden = whole[: len(whole) - len(shown)]
    gone = view.discontinuities_gone + sum(segment.discontinuity for segment in hidden)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{view.target_seconds}",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES",
        *_numbers(shown[0].msn if shown else view.next_msn, gone),
    ]
    init = ""
    for segment in shown:
        silent = segment.gap or not segment.has_audio
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if not silent and segment.init != init:
            init = segment.init
            lines.append(f'#EXT-X-MAP:URI="{AUDIO_PREFIX}{init}{view.query}"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(segment.start)}")
        if silent:
            lines.append("#EXT-X-GAP")
        lines.append(f"#EXTINF:{segment.duration / 1000:.3f},")
        lines.append(f"{AUDIO_PREFIX}{segment.msn}.m4s{view.query}")
    since = date_time(shown[0].start) if shown else ""
    lines += [date_range(cue) for cue in view.cues if cue.end is None or cue.end > since]
    if view.ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join([*lines, ""])


def next_part(view: MediaView) -> tuple[int, int]:
    """Media sequence number and index of the part that will come next."""
    last = view.segments[-1] if view.segments else None
    if last is None or last.complete:
        return view.next_msn, 0
    return last.msn, len(last.parts)


def _head(view: MediaView) -> list[str]:
    hold_back = _PART_HOLD_BACK * view.part_target / 1000
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{view.target_seconds}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold_back:.3f},"
        f"CAN-SKIP-UNTIL={_SKIP_TARGETS * view.target_seconds:.1f}",
        f"#EXT-X-PART-INF:PART-TARGET={view.part_target / 1000:.3f}",
        *_numbers(
            view.segments[0].msn if view.segments else view.next_msn, view.discontinuities_gone
        ),
    ]
    if not view.ended:
        lines += _start(view)
    return lines


def _numbers(msn: int, discontinuities: int) -> list[str]:
    """Of the first segment and of the first discontinuity (§4.4.3.2, §4.4.3.3)."""
    lines = [f"#EXT-X-MEDIA-SEQUENCE:{msn}"]
    if discontinuities:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuities}")
    return lines


def _start(view: MediaView) -> list[str]:
    """Where a viewer who joins inside a long group of pictures starts: at its key frame (§4.4.2.2).

    A player starts PART-HOLD-BACK before the end. When the segment there does not begin where
    decoding can start, hls.js loads it all the same, gets no picture out of it, and starts over.
    """
    behind = 0
    key: int | None = None
    first: Segment | None = None
    for segment in reversed(view.segments):
        behind += segment.duration
        if key is None and segment.independent:
            key = behind
        if first is None and behind >= _PART_HOLD_BACK * view.part_target:
            first = segment
        if key is not None and first is not None:
            break
    if key is None or first is None or first.independent:
        return []
    return [f"#EXT-X-START:TIME-OFFSET={(_INSIDE_MS - key) / 1000:.3f}"]


def _skippable(view: MediaView) -> int:
    """How many of the oldest segments lie beyond the skip boundary, measured from the end of the
    playlist.
    """
    boundary = _SKIP_TARGETS * view.target_seconds * 1000
    after = sum(segment.duration for segment in view.segments)
    count = 0
    for segment in view.segments:
        after -= segment.duration
        if after < boundary:
            return count
        count += 1
    return count


def _body(view: MediaView, shown: Sequence[Segment]) -> list[str]:
    with_parts = view.next_msn - _SEGMENTS_WITH_PARTS - 1
    lines: list[str] = []
    init = ""
    for segment in shown:
        if not segment.parts and not segment.complete:
            continue
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init != init:
            init = segment.init
            lines.append(f'#EXT-X-MAP:URI="{init}{view.query}"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(segment.start)}")
        if segment.msn >= with_parts and not segment.whole:
            lines += _parts(segment, view.query)
        if segment.gap:
            lines.append("#EXT-X-GAP")
        if segment.complete:
            lines.append(f"#EXTINF:{segment.duration / 1000:.3f},")
            lines.append(f"{segment.msn}.m4s{view.query}")
    return lines


def _parts(segment: Segment, query: str) -> list[str]:
    return [
        f'#EXT-X-PART:DURATION={part.duration / 1000:.3f},URI="{segment.msn}.{index}.m4s{query}"'
        + (",INDEPENDENT=YES" if part.independent else "")
        for index, part in enumerate(segment.parts)
    ]
