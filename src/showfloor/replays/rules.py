"""Pure decisions of `replays`: which segments may be watched, where the picture was away, what a
cut may be.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from babel import Locale, UnknownLocaleError

from showfloor.kit.clock import milliseconds, parse_rfc3339
from showfloor.kit.contract import CarriedCue
from showfloor.kit.recording import SegmentLine
from showfloor.markets.types import KeepingRule
from showfloor.replays.errors import ClipSpanInvalid, CutInvalid, KeptTooBriefly
from showfloor.replays.events import TakenOut
from showfloor.replays.types import Clip, Cut, Drawing, Gap, Replay, Span, Still
from showfloor.shows.types import Cue

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
SHORTEST_GAP_MS = 1000
"""A shorter absence of the picture is not worth a mark."""
MOST_HIDDEN = 100
WAIT_FOR_RECORDING = timedelta(seconds=20)
"""After the end the last segments are still on their way to the disk; a recording that a crash left
without its end is taken as it is after this.
"""

MOST_KEEP_DAYS = 3650

MOST_TILES = 100
"""Of a storyboard beside those of pins: what a person can tell apart on a line of time."""
CLOSEST_TILES_MS = 2000
POSTER_AFTER_MS = 10_000
"""Hosts begin with a greeting: a frame of the first seconds announces nothing."""


def check_cut(cut: Cut) -> None:
    """Raises CutInvalid."""
    backwards = any(span.end <= span.start for span in cut.hidden)
    nothing = cut.trim_start and cut.trim_end and cut.trim_end <= cut.trim_start
    if backwards or nothing or len(cut.hidden) > MOST_HIDDEN:
        raise CutInvalid(most=MOST_HIDDEN)


def taken_out(replay: Replay) -> tuple[TakenOut, ...]:
    """What was said in these is not shown any more; before the end nothing is taken out."""
    if replay.ended_at is None:
        return ()
    if not replay.public or replay.deleted_at is not None:
        return (TakenOut(),)
    cut = replay.cut
    hidden = [TakenOut(span.start, span.end) for span in cut.hidden]
    if cut.trim_start is not None:
        hidden.append(TakenOut(end=cut.trim_start))
    if cut.trim_end is not None:
        hidden.append(TakenOut(start=cut.trim_end))
    return tuple(hidden)


def keep_until(days: int | None, ended_at: datetime, rule: KeepingRule) -> datetime:
    """When the recording of a show that ended is deleted."""
    return ended_at + timedelta(days=max(days or rule.days, rule.at_least or 0))


def check_keeping(
    days: int | None, ended_at: datetime | None, rule: KeepingRule, now: datetime
) -> None:
    """What the law demands, and a day that has passed, cannot be chosen. Raises KeptTooBriefly."""
    if days is not None and days < (rule.at_least or 0):
        raise KeptTooBriefly(count=rule.at_least)
    if ended_at is not None and keep_until(days, ended_at, rule) <= now:
        raise KeptTooBriefly(count=(now - ended_at).days + 1)


def visible_segments(recorded: Iterable[SegmentLine], cut: Cut) -> list[SegmentLine]:
    """The segments that everybody may watch, in their order.

    A segment is served whole or not at all, so one that holds any hidden moment is left out: up to
    a segment's length (2 s) more than was asked for, never less.
    """
    segments = {line.msn: line for line in recorded if not line.preview and line.duration > 0}
    start = milliseconds(cut.trim_start) if cut.trim_start else -math.inf
    end = milliseconds(cut.trim_end) if cut.trim_end else math.inf
    return [
        line
        for _, line in sorted(segments.items())
        if (first := round(line.start)) >= start
        and (last := round(line.end)) <= end
        and not _is_hidden(first, last, cut)
    ]


def files_of(segments: Iterable[SegmentLine]) -> frozenset[str]:
    """With their init segments."""
    return frozenset(name for line in segments for name in (line.name, line.init))


def gaps_between(visible: Sequence[SegmentLine], cut: Cut) -> list[Gap]:
    """Where the picture was away while the show went on. What the host hid is no gap."""
    gaps, at = [], 0
    for before, line in itertools.pairwise(visible):
        at += before.duration
        away = line.start - before.end
        if away >= SHORTEST_GAP_MS and not _is_hidden(before.end, line.start, cut):
            gaps.append(Gap(at, round(away)))
    return gaps


def _is_hidden(start: float, end: float, cut: Cut) -> bool:
    """Whether any moment of `[start, end)`, epoch ms, is."""
    return any(
        start < milliseconds(span.end) and milliseconds(span.start) < end for span in cut.hidden
    )


def visible_cues(cues: Iterable[CarriedCue], cut: Cut) -> list[CarriedCue]:
    """Without the cues of which every moment was taken out."""
    taken = sorted(_taken_out(cut), key=lambda span: span.start)
    return [cue for cue in cues if not _lies_in(taken, cue)]


def _taken_out(cut: Cut) -> Iterable[Span]:
    yield from cut.hidden
    if cut.trim_start is not None:
        yield Span(_EVER, cut.trim_start)
    if cut.trim_end is not None:
        yield Span(cut.trim_end, _NEVER)


def _lies_in(spans: Sequence[Span], cue: CarriedCue) -> bool:
    """Whether these spans, put together, hold every moment of the cue; they are in order."""
    start = reached = parse_rfc3339(cue.start)
    end = parse_rfc3339(cue.end) if cue.end else _NEVER
    for span in spans:
        if span.start <= reached < span.end:
            reached = span.end
    return reached > start and reached >= end


def plan_pictures(
    visible: Sequence[SegmentLine], cues: Iterable[CarriedCue], poster_at: datetime | None
) -> Drawing | None:
    """A tile every few seconds and one for each pin, all of them key frames that begin a segment;
    and the poster: the very frame that was chosen, when it can be seen. None without a picture.
    """
    drawable = [line for line in visible if line.independent and line.size]
    if not drawable:
        return None
    chosen = poster_at and _segment_at(drawable, milliseconds(poster_at), exactly=True)
    if chosen and poster_at:
        poster = Still(chosen, max(0, round(milliseconds(poster_at) - chosen.start)))
    else:
        total = drawable[-1].end - drawable[0].start
        after = drawable[0].start + min(POSTER_AFTER_MS, total / 2)
        poster = Still(_segment_at(drawable, after) or drawable[0])
    starts = [milliseconds(parse_rfc3339(cue.start)) for cue in cues if cue.kind == "pin"]
    pinned = [line for at in starts if (line := _segment_at(drawable, at))][:MOST_TILES]
    tiles = {line.msn: line for line in [*_every(drawable), *pinned]}
    return Drawing([Still(line) for _, line in sorted(tiles.items())], poster)


def _every(segments: Sequence[SegmentLine]) -> Iterable[SegmentLine]:
    """At most MOST_TILES, the same time apart."""
    total = sum(line.duration for line in segments)
    apart = max(CLOSEST_TILES_MS, math.ceil(total / MOST_TILES))
    played, due = 0, 0
    for line in segments:
        if played >= due:
            yield line
            due += apart * math.ceil((played - due + 1) / apart)
        played += line.duration


def _segment_at(
    segments: Sequence[SegmentLine], moment: float, *, exactly: bool = False
) -> SegmentLine | None:
    """The one that holds the moment, or else the first after it."""
    found = next((line for line in segments if moment < line.end), None)
    return None if found and exactly and moment < found.start else found


SHORTEST_CLIP, LONGEST_CLIP = timedelta(seconds=1), timedelta(seconds=180)
MOST_CLIPS = 200
SUGGESTED_FROM, SUGGESTED_TO = timedelta(seconds=15), timedelta(seconds=90)
WAIT_FOR_CLIP = timedelta(seconds=15)
"""A clip of the last seconds of a live show waits for its last segment."""


def check_clip(span: Span) -> None:
    """Raises ClipSpanInvalid."""
    if not SHORTEST_CLIP <= span.end - span.start <= LONGEST_CLIP:
        raise ClipSpanInvalid(longest=int(LONGEST_CLIP.total_seconds()))


def suggested_span(cue: CarriedCue, last: datetime) -> Span | None:
    """What a pin suggests: from its frame on for 15 to 90 s, as long as it was on screen. `last` is
    the end of what was recorded.
    """
    start = parse_rfc3339(cue.start)
    end = min(parse_rfc3339(cue.end) if cue.end else last, last)
    wanted = min(max(end - start, SUGGESTED_FROM), SUGGESTED_TO)
    span = Span(start, min(start + wanted, last))
    return span if span.end - span.start >= SUGGESTED_FROM else None


def product_of(clip: Clip, cues: Iterable[Cue]) -> UUID | None:
    """What a clip is about: the product of the pin that it was suggested for, or the one that is on
    screen for the longest part of it, the earlier of two that are equal. None where nothing is
    shown.
    """
    pins = [cue for cue in cues if cue.product_id is not None]
    own = [cue for cue in pins if cue.id == clip.cue_id]
    longest = max(own or pins, key=lambda cue: _seconds_in(clip.span, cue), default=None)
    if longest is None or (not own and _seconds_in(clip.span, longest) <= 0):
        return None
    return longest.product_id


def _seconds_in(span: Span, cue: Cue) -> float:
    end = min(cue.end or span.end, span.end)
    return (end - max(cue.start, span.start)).total_seconds()


def runs_of(segments: Iterable[SegmentLine], span: Span) -> list[list[SegmentLine]]:
    """The segments that hold the span, as runs without a jump, each of one camera's settings."""
    start, end = milliseconds(span.start), milliseconds(span.end)
    lines = {line.msn: line for line in segments if not line.preview and line.duration > 0}
    runs: list[list[SegmentLine]] = []
    for _, line in sorted(lines.items()):
        if line.end <= start or line.start >= end:
            continue
        last = runs[-1][-1] if runs else None
        follows = last is not None and not (
            line.discontinuity
            or line.msn != last.msn + 1
            or line.init != last.init
            or abs(line.start - last.end) >= SHORTEST_GAP_MS / 4
        )
        if follows:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def position_at(visible: Sequence[SegmentLine], moment: datetime) -> int:
    """Milliseconds into the replay; where the picture was away or is cut: where it goes on."""
    at, wanted = 0, milliseconds(moment)
    for line in visible:
        if wanted < line.end:
            return at + max(0, round(wanted - line.start))
        at += line.duration
    return at


def moment_at(visible: Sequence[SegmentLine], position: int, *, ends: bool = False) -> float | None:
    """The show clock (epoch ms) at a position; an end belongs to what is before it. None behind the
    last frame, but for an end.
    """
    at = 0
    for line in visible:
        within = (
            at < position <= at + line.duration if ends else at <= position < at + line.duration
        )
        if within:
            return line.start + position - at
        at += line.duration
    return visible[-1].end if ends and visible else None


def name_of_language(tag: str) -> str:
    """What a language calls itself; the tag (BCP 47) where nobody knows."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return (name or tag).replace('"', "'")
