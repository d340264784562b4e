"""Wire models of `replays`."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from showfloor.kit.schemas import Moment, Shown, Time
from showfloor.replays.rules import MOST_HIDDEN
from showfloor.replays.types import Cut, Replay, Span
from showfloor.shows.types import ReplayState


class SpanIn(BaseModel):
    """`[start, end)` on the show clock."""

    start: Moment
    end: Moment


class ReplayChange(BaseModel):
    """Only what is given changes. `trim_start` and `trim_end` are moments of the show clock, null
    takes the trim away; `hidden` replaces the whole list. `poster_at` is the frame that announces
    the replay; null leaves the choice to the server.
    """

    model_config = ConfigDict(frozen=True)
    public: bool | None = None
    trim_start: Moment | None = None
    trim_end: Moment | None = None
    hidden: list[SpanIn] | None = Field(default=None, max_length=MOST_HIDDEN)
    poster_at: Moment | None = None

    def apply(self, before: Replay) -> Replay:
        given = self.model_fields_set
        cut = before.cut
        return replace(
            before,
            public=before.public if self.public is None else self.public,
            poster_at=self.poster_at if "poster_at" in given else before.poster_at,
            cut=Cut(
                trim_start=self.trim_start if "trim_start" in given else cut.trim_start,
                trim_end=self.trim_end if "trim_end" in given else cut.trim_end,
                hidden=cut.hidden
                if self.hidden is None
                else tuple(
                    sorted({Span(span.start, span.end) for span in self.hidden}, key=_start)
                ),
            ),
        )


def _start(span: Span) -> tuple[float, float]:
    return span.start.timestamp(), span.end.timestamp()


class SpanOut(Shown):
    start: Time
    end: Time


class GapOut(Shown):
    """The picture was away: `at_s` seconds into the replay, for `away_s` seconds."""

    at_s: float
    away_s: float


class ReplayDecision(BaseModel):
    """What the host decided about the replay, and what is published of it. `state` is null until
    the show has ended.
    """

    state: ReplayState | None
    public: bool
    trim_start: Time | None
    trim_end: Time | None
    hidden: list[SpanOut]
    poster_at: Time | None
    starts_at: Time | None
    duration_s: float
    gaps: list[GapOut]


class StoryboardTile(BaseModel):
    """The picture of `at` (epoch ms on the show clock) lies in `sheet`, at `x` and `y` pixels."""

    at: int
    sheet: str
    x: int
    y: int


class Storyboard(BaseModel):
    """The file that `storyboard_url` of a replay names; sheets lie beside it."""

    width: int
    height: int
    tiles: list[StoryboardTile]
