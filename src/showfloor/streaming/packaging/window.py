"""The bounded stretch of a show that is kept in memory: complete segments, the open one, and what
they need to be decoded.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from showfloor.streaming.packaging.cmaf import InitSegment, Tracks

_LISTED_TARGETS = 3
_GRACE_SEGMENTS = 2
"""Served a while after they left the playlist (RFC 8216bis §6.2.2): a viewer may be about to ask
for them.
"""


@dataclass(slots=True)
class Part:
    """A partial segment: `duration` in ms, `independent` when decoding can start in it."""

    duration: int
    independent: bool
    data: bytes


@dataclass(slots=True)
class Segment:
    """`start` is epoch ms (PROGRAM-DATE-TIME); `duration` is ms so far. `preview`: published before
    the show was live.
    """

    msn: int
    start: float
    init: str
    codecs: str
    discontinuity: bool
    preview: bool
    size_in_pixels: tuple[int, int] | None = None
    parts: list[Part] = field(default_factory=list)
    duration: int = 0
    size: int = 0
    complete: bool = False
    whole: bool = False
    """Read back after a restart: the cuts between its parts are not known any more, and a part's
    number must not mean other bytes.
    """
    gap: bool = False
    """Lost: it keeps its number and its place in time, there are no bytes (EXT-X-GAP, RFC 8216bis
    §4.4.4.7).
    """

    def add(self, part: Part) -> None:
        self.parts.append(part)
        self.duration += part.duration
        self.size += len(part.data)

    @property
    def end(self) -> float:
        return self.start + self.duration

    @property
    def has_audio(self) -> bool:
        return "mp4a" in self.codecs

    @property
    def independent(self) -> bool:
        """Whether it begins where decoding can start."""
        return bool(self.parts) and self.parts[0].independent


class SegmentSink(Protocol):
    """Takes a show's segments: the recording, later also storage elsewhere."""

    def begin(
        self, segment: Segment, init: InitSegment, ingest_id: str, discontinuities: int
    ) -> None:
        """A segment has its number. `discontinuities` are the show's up to and with it."""
        ...

    def complete(self, segment: Segment) -> None: ...
    def end(self) -> None:
        """The show has ended; no segment follows."""
        ...


class Window:
    """Segments in order; the last may be open. Memory is bounded by count and by bytes.

    Three target durations stay listed (RFC 8216bis §6.2.2) as far as the bytes allow.
    """

    def __init__(self, *, segments: int, limit: int, target_seconds: int) -> None:
        self.target_seconds = target_seconds
        """EXT-X-TARGETDURATION: no rounded EXTINF exceeds it, and it never changes."""
        self._count = segments
        self._limit = limit
        self.listed: deque[Segment] = deque()
        self._grace: deque[Segment] = deque()
        self.inits: dict[str, bytes] = {}
        self.next_msn = 0
        self.discontinuities_gone = 0
        """EXT-X-DISCONTINUITY tags that left with their segments (RFC 8216bis §4.4.3.3)."""

    @property
    def open(self) -> Segment | None:
        """The segment that parts are being added to."""
        return self.listed[-1] if self.listed and not self.listed[-1].complete else None

    @property
    def end(self) -> float:
        """Epoch ms up to which the show is published; 0 before anything was."""
        return self.listed[-1].end if self.listed else 0.0

    @property
    def discontinuities(self) -> int:
        """EXT-X-DISCONTINUITY tags since the show began."""
        return self.discontinuities_gone + sum(segment.discontinuity for segment in self.listed)

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self.listed) + sum(
            segment.size for segment in self._grace
        )

    def begin(
        self, start: float, init: InitSegment, tracks: Tracks, *, new_ingest: bool, preview: bool
    ) -> Segment:
        """Open the next segment.

        It is a discontinuity after a reconnect and when the tracks changed.
        """
        before = self.listed[-1] if self.listed else None
        changed = before is not None and (new_ingest or before.init != init.name)
        size = (tracks.video.width, tracks.video.height) if tracks.video is not None else None
        segment = Segment(self.next_msn, start, init.name, tracks.codecs, changed, preview, size)
        self.next_msn += 1
        self.inits[init.name] = init.data
        self.listed.append(segment)
        return segment

    def add_part(self, part: Part) -> None:
        segment = self.listed[-1]
        segment.add(part)

    def complete(self) -> Segment:
        """Close the open segment and let go of the oldest."""
        segment = self.listed[-1]
        segment.complete = True
        self._trim()
        return segment

    def restore(self, segment: Segment, init: InitSegment) -> None:
        """Put a recorded segment back after a restart."""
        segment.complete = segment.whole = True
        self.inits[init.name] = init.data
        self.listed.append(segment)
        self.next_msn = segment.msn + 1
        self._trim()

    def restore_gap(self, duration: int, *, discontinuity: bool) -> None:
        """Account for a number that was taken when the process died.

        Players count segments, so no number may be missing.
        """
        before = self.listed[-1]
        lost = Segment(
            self.next_msn,
            before.end,
            before.init,
            before.codecs,
            discontinuity,
            before.preview,
            before.size_in_pixels,
        )
        lost.duration, lost.complete, lost.gap = duration, True, True
        self.listed.append(lost)
        self.next_msn += 1

    def find(self, msn: int) -> Segment | None:
        """A segment in the window or just behind it; None for one that was lost."""
        segment = self._at(msn)
        return None if segment is None or segment.gap else segment

    def _at(self, msn: int) -> Segment | None:
        if self.listed and msn >= self.listed[0].msn:
            index = msn - self.listed[0].msn
            return self.listed[index] if index < len(self.listed) else None
        return next((segment for segment in self._grace if segment.msn == msn), None)

    def _trim(self) -> None:
        size = self.size
        left = sum(segment.duration for segment in self.listed)
        least = _LISTED_TARGETS * self.target_seconds * 1000
        while len(self.listed) > 1 and (
            size > self._limit
            or (len(self.listed) > self._count and left - self.listed[0].duration >= least)
        ):
            gone = self.listed.popleft()
            left -= gone.duration
            self.discontinuities_gone += gone.discontinuity
            self._grace.append(gone)
            while len(self._grace) > _GRACE_SEGMENTS or (self._grace and size > self._limit):
                size -= self._grace.popleft().size
        used = {segment.init for segment in self.listed} | {segment.init for segment in self._grace}
        for name in [name for name in self.inits if name not in used]:
            del self.inits[name]
