"""Wire models of `replays`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showfloor.kit.fields import Title
from showfloor.kit.schemas import EveryLanguage, Moment, Shown, Time
from showfloor.replays.rules import MOST_HIDDEN, MOST_KEEP_DAYS
from showfloor.replays.types import Clip, ClipState, Cut, Replay, Span
from showfloor.shows.schemas import NeededTitle, TitleIn
from showfloor.shows.types import ReplayState


class SpanIn(BaseModel):
    """`[start, end)` on the show clock."""

    start: Moment
    end: Moment


class ReplayChange(BaseModel):
    """Only what is given changes. `trim_start` and `trim_end` are moments of the show clock, null
    takes the trim away; `hidden` replaces the whole list. `poster_at` is the frame that announces
    the replay; null leaves the choice to the server. `keep_days` after its end the recording is
    deleted for good; null: when the market says.
    """

    model_config = ConfigDict(frozen=True)
    public: bool | None = None
    trim_start: Moment | None = None
    trim_end: Moment | None = None
    hidden: list[SpanIn] | None = Field(default=None, max_length=MOST_HIDDEN)
    poster_at: Moment | None = None
    keep_days: int | None = Field(default=None, ge=1, le=MOST_KEEP_DAYS)

    def apply(self, before: Replay) -> Replay:
        given = self.model_fields_set
        cut = before.cut
        return replace(
            before,
            public=before.public if self.public is None else self.public,
            poster_at=self.poster_at if "poster_at" in given else before.poster_at,
            keep_days=self.keep_days if "keep_days" in given else before.keep_days,
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
    keep_days: Annotated[int | None, Field(description="Null: when the market says.")]
    keep_until: Annotated[Time | None, Field(description="The recording is deleted for good then.")]
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


def _by_language(title: str | TitleIn) -> dict[str, str]:
    """A title without a language is in the one of its letters."""
    if isinstance(title, str):
        return {"ar" if _ARABIC.search(title) else "en": title}
    return {language: str(words) for language, words in title.items()}


_ARABIC = re.compile(r"[\u0600-\u06ff]")
ClipTitle = Annotated[Title | NeededTitle, Field(union_mode="left_to_right")]


class NewClip(BaseModel):
    """`[from, to)` on the show clock, 1 to 180 s. The title is a text, or one for each language. It
    is published unless `public` is false.
    """

    model_config = ConfigDict(frozen=True)
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    title: ClipTitle
    public: bool = True

    @property
    def words(self) -> dict[str, str]:
        return _by_language(self.title)


class ClipChange(BaseModel):
    """Only what is given changes; null means the same as not given."""

    model_config = ConfigDict(frozen=True)
    start: Moment | None = Field(default=None, alias="from")
    end: Moment | None = Field(default=None, alias="to")
    title: ClipTitle | None = None
    public: bool | None = None

    def apply(self, before: Clip) -> Clip:
        return replace(
            before,
            title=before.title if self.title is None else _by_language(self.title),
            span=Span(self.start or before.span.start, self.end or before.span.end),
            public=before.public if self.public is None else self.public,
        )


class ClipOut(BaseModel):
    """A part of a show. Its addresses answer while it is `ready`; they are absolute."""

    id: str
    show_id: str
    slug: str
    title: EveryLanguage
    state: ClipState
    public: bool
    start: Time = Field(alias="from")
    end: Time = Field(alias="to")
    duration_s: float
    product_id: Annotated[
        str | None,
        Field(description="What it is about: that of the pin which is on screen longest."),
    ]
    url: str
    hls_url: str
    mp4_url: str
    poster_url: str

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)


class ClipList(BaseModel):
    """Of one show, in their order in it."""

    items: list[ClipOut]
