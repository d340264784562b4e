"""A replay as others see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.recording import SegmentLine
from showfloor.shows.types import Show


@dataclass(frozen=True, slots=True)
class Span:
    """`[start, end)` on the show clock."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """The picture was away: `at_ms` into the replay, for `away_ms` of the show clock."""

    at_ms: int
    away_ms: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What the host takes out. None: from the first frame, to the last."""

    trim_start: datetime | None = None
    trim_end: datetime | None = None
    hidden: tuple[Span, ...] = ()

    def leaves(self, span: Span) -> bool:
        """Whether every moment of it may be watched."""
        before = self.trim_start is not None and span.start < self.trim_start
        after = self.trim_end is not None and span.end > self.trim_end
        cut = any(out.start < span.end and span.start < out.end for out in self.hidden)
        return not (before or after or cut)


@dataclass(frozen=True, slots=True)
class Still:
    """The first frame of a segment at or after `offset_ms`."""

    segment: SegmentLine
    offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """The pictures of a replay."""

    tiles: Sequence[Still]
    poster: Still | None


@dataclass(frozen=True, slots=True)
class Pictures:
    """Files in the replay's public folder; None for one that could not be drawn."""

    poster: str | None = None
    storyboard: str | None = None
    """The index of its sheets (`schemas.Storyboard`)."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What the host decided (`public`, `cut`) and what is published of it. `version` counts
    decisions, `published_version` is the one that the folder shows.
    """

    show_id: UUID
    public: bool = True
    cut: Cut = Cut()
    poster_at: datetime | None = None
    """The frame that announces it; None: one that is chosen by rule."""
    ended_at: datetime | None = None
    """When the show ended; nothing is published before."""
    deleted_at: datetime | None = None
    keep_days: int | None = None
    """After its end; None: what its market says."""
    keep_until: datetime | None = None
    """It is deleted for good then; None before the end, and for shows of older versions."""
    starts_at: datetime | None = None
    """The moment of the first frame that can be watched."""
    duration_ms: int = 0
    gaps: tuple[Gap, ...] = ()
    version: int = 1
    published_version: int = 0
    complete: bool = False
    """The recording is whole on disk."""
    drawn_version: int = 0
    """The decision that `pictures` belong to; 0 while they are still to be drawn."""
    pictures: Pictures = Pictures()


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes that a show takes with its clips, on the disk and in object storage; `show` is None for
    one that nobody knows.
    """

    name: str
    show: Show | None
    bytes: int
    remote_bytes: int = 0


class ClipState(StrEnum):
    SUGGESTED = "suggested"
    """Made for a pin by the server; nobody but the host knows of it."""
    DRAFT = "draft"
    PREPARING = "preparing"
    READY = "ready"
    UNAVAILABLE = "unavailable"
    """Something of it was taken out of its show, or is not recorded."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """`span` of a show. `public` is the host's decision, `made` says that its files are there.
    `cue_id` is the pin that a suggestion was made for; `decided` that the host made it their own.
    """

    id: UUID
    show_id: UUID
    slug: str
    title: dict[str, str]
    span: Span
    public: bool
    created_at: datetime
    cue_id: UUID | None = None
    decided: bool = True
    made: bool = False
    failed: bool = False
    duration_ms: int = 0
    version: int = 1

    def state(self, cut: Cut | None) -> ClipState:
        """`cut` is its show's; None when the recording was deleted."""
        if cut is None or not cut.leaves(self.span):
            return ClipState.UNAVAILABLE
        if not self.public:
            return ClipState.DRAFT if self.decided else ClipState.SUGGESTED
        if self.failed:
            return ClipState.FAILED
        return ClipState.READY if self.made else ClipState.PREPARING


@dataclass(frozen=True, slots=True)
class ClipWithState:
    clip: Clip
    state: ClipState
