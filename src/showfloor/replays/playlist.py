"""The playlists of a replay (RFC 8216bis §4): video on demand over the recorded segments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from showfloor.kit.contract import CarriedCue
from showfloor.kit.hls import date_range, date_time, stream_inf
from showfloor.kit.recording import SegmentLine

MULTIVARIANT, MEDIA = "index.m3u8", "media.m3u8"
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
        if previous is not None and (segment.discontinuity or segment.msn != previous.msn + 1):
            lines.append("#EXT-X-DISCONTINUITY")
        if previous is None or segment.init != previous.init:
            lines.append(f'#EXT-X-MAP:URI="{segment.init}"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(segment.start)}")
        lines.append(f"#EXTINF:{segment.duration / 1000:.3f},")
        lines.append(segment.name)
        previous = segment
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


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
