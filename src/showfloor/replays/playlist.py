"""The playlists of a replay (RFC 8216bis §4): video on demand over the recorded segments. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from showfloor.kit import webvtt
from showfloor.kit.clock import milliseconds
from showfloor.kit.contract import CarriedCue
from showfloor.kit.hls import date_range, date_time, stream_inf
from showfloor.kit.recording import SegmentLine
from showfloor.shows.types import Caption

MULTIVARIANT, MEDIA = "index.m3u8", "media.m3u8"
CAPTIONS = "captions-"
"""Of the names of files with what is said."""
_LEAST_BANDWIDTH = 64_000


def multivariant(segments: Sequence[SegmentLine]) -> str:
    """Bit rates from the segments themselves; size and codecs are those of most of the show."""
    rates = [line.bytes * 8000 // line.duration for line in segments]
    seconds = sum(line.duration for line in segments) / 1000
    total = sum(line.bytes for line in segments) * 8
    typical = _most_of(segments)
    line = stream_inf(
        codecs=typical.codecs,
        peak=max(*rates, _LEAST_BANDWIDTH),
        average=max(int(total / seconds), _LEAST_BANDWIDTH),
        size=(typical.size[0], typical.size[1]) if typical.size else None,
        frame_rate=None,
    )
    return f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n{line}\n{MEDIA}\n"


def media(
    segments: Sequence[SegmentLine], cues: Iterable[CarriedCue], *, ended: bool = True
) -> str:
    """Every segment with its moment on the show clock, so that the clock may jump where the picture
    was away. Of a live show: what there is of it by now.
    """
    target = max(round(line.duration / 1000) for line in segments)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(target, 1)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}",
    ]
    lines += [date_range(cue) for cue in cues]
    previous: SegmentLine | None = None
    for segment in segments:
        if previous is not None and breaks(previous, segment):
            lines.append("#EXT-X-DISCONTINUITY")
        if previous is None or segment.init != previous.init:
            lines.append(f'#EXT-X-MAP:URI="{segment.init}"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(segment.start)}")
        lines.append(f"#EXTINF:{segment.duration / 1000:.3f},")
        lines.append(segment.name)
        previous = segment
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def breaks(previous: SegmentLine, line: SegmentLine) -> bool:
    """Whether the media's own clock jumps between the two."""
    return line.discontinuity or line.msn != previous.msn + 1


def _most_of(segments: Sequence[SegmentLine]) -> SegmentLine:
    """A segment with the init segment that most of the show has."""
    durations: dict[str, int] = {}
    for line in segments:
        durations[line.init] = durations.get(line.init, 0) + line.duration
    init = max(durations, key=lambda name: durations[name])
    return next(line for line in segments if line.init == init)


def clip(
    file: str,
    head: int,
    fragments: Sequence[tuple[float, int, int, float]],
    cues: Iterable[CarriedCue],
) -> str:
    """A clip's one file in byte ranges (§4.4.4.2). A fragment is seconds, size, offset, and its
    moment on the show clock (epoch ms).
    """
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(round(seconds) for seconds, *_ in fragments) or 1}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *(date_range(cue) for cue in cues),
        f'#EXT-X-MAP:URI="{file}",BYTERANGE="{head}@0"',
    ]
    for seconds, size, offset, moment in fragments:
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(moment)}")
        lines.append(f"#EXTINF:{seconds:.3f},")
        lines.append(f"#EXT-X-BYTERANGE:{size}@{offset}")
        lines.append(file)
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def multivariant_of_clip(
    codecs: str, size: tuple[int, int], fragments: Sequence[tuple[float, int, int, float]]
) -> str:
    """Fragments as in `clip`."""
    rates = [round(size * 8 / seconds) for seconds, size, *_ in fragments if seconds > 0]
    total = sum(size for _, size, *_ in fragments) * 8
    line = stream_inf(
        codecs=codecs,
        peak=max(*rates, _LEAST_BANDWIDTH),
        average=max(int(total / sum(seconds for seconds, *_ in fragments)), _LEAST_BANDWIDTH),
        size=size,
        frame_rate=None,
    )
    return f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n{line}\n{MEDIA}\n"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Media whose position and show clock (`moment`, epoch ms) go on together. `at` and `duration`
    are ms of the video.
    """

    at: int
    moment: float
    duration: int


@dataclass(frozen=True, slots=True)
class Run:
    """Media without a jump of its own clock, on which it begins at `time` (90 kHz). None: nobody
    knows, and nothing of what is said can be placed.
    """

    time: int | None
    stretches: Sequence[Stretch]


def captions(language: str, lines: Sequence[Caption], runs: Sequence[Run]) -> dict[str, str]:
    """By name the files of one language: a WebVTT segment for each run, and last their playlist.
    Whatever they say is part of a segment's name, because segments are kept by caches.
    """
    files: dict[str, str] = {}
    segments: list[str] = []
    for run in runs:
        first = run.stretches[0].at
        said = sorted(_said(lines, run)) if run.time is not None else []
        text = webvtt.write(said, mapped=(run.time or 0, first))
        hashed = hashlib.sha256(text.encode()).hexdigest()[:12]
        name = f"{CAPTIONS}{language}-{hashed}.vtt"
        files[name] = text
        seconds = sum(stretch.duration for stretch in run.stretches) / 1000
        segments += ["#EXT-X-DISCONTINUITY"] * bool(segments)
        segments += [f"#EXTINF:{seconds:.3f},", name]
    longest = max(sum(stretch.duration for stretch in run.stretches) for run in runs)
    head = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{math.ceil(longest / 1000)}"]
    head += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]
    files[captions_name(language)] = "\n".join([*head, *segments, "#EXT-X-ENDLIST", ""])
    return files


def captions_name(language: str) -> str:
    return f"{CAPTIONS}{language}.m3u8"


def _said(lines: Sequence[Caption], run: Run) -> Iterable[webvtt.Line]:
    """By positions; what a jump of the show clock interrupts is shown on both sides of it."""
    for stretch in run.stretches:
        ends = stretch.moment + stretch.duration
        for line in lines:
            start, end = milliseconds(line.start), milliseconds(line.end)
            if start < ends and end > stretch.moment:
                begins = max(start, stretch.moment) - stretch.moment
                lasts = min(end, ends) - stretch.moment
                at, until = stretch.at + round(begins), stretch.at + round(lasts)
                if at < until:
                    yield webvtt.Line(at, until, line.text)
