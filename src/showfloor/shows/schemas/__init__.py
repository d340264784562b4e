"""Wire models of `shows`: a show, its cues and captions, its room. Those of the control room and of
phones stand in `studio.py` and `remotes.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from showfloor.catalog.schemas import ProductOut
from showfloor.kit import clock, webvtt
from showfloor.kit.fields import OptionalTitle, Paragraphs
from showfloor.kit.schemas import EveryLanguage, Moment, MoneyOut, Shown, Time, Words, id_with
from showfloor.shows.types import (
    LAST_ITEM_NUMBER,
    CueKind,
    Disclosure,
    ReplayState,
    ShowState,
)


@with_config(ConfigDict(extra="forbid"))
class TitleIn(TypedDict, total=False):
    """In one language or more; readers of another see the one there is."""

    en: OptionalTitle
    ar: OptionalTitle


def _said(words: dict[str, str]) -> dict[str, str]:
    """Without the languages whose field was left empty."""
    return {language: text for language, text in words.items() if text}


def _said_or_none(words: dict[str, str]) -> dict[str, str] | None:
    return _said(words) or None


def _needed(words: dict[str, str]) -> dict[str, str]:
    if not words:
        raise PydanticCustomError("missing_words", "words in at least one language")
    return words


@with_config(ConfigDict(extra="forbid"))
class DescriptionIn(TypedDict, total=False):
    """In one language or more, as TitleIn."""

    en: Paragraphs
    ar: Paragraphs


NeededTitle = Annotated[TitleIn, AfterValidator(_said), AfterValidator(_needed)]
Description = Annotated[DescriptionIn, AfterValidator(_said_or_none)]

FURTHEST_AHEAD = timedelta(days=731)
"""Nobody plans a show further ahead than two years; a later time is a slip of the pen."""


def _still_to_come(moment: datetime) -> datetime:
    """An hour late is a slow host, not a slip of the pen."""
    if moment < clock.now() - timedelta(hours=1):
        raise PydanticCustomError("in_the_past", "a show cannot start in the past")
    if moment > clock.now() + FURTHEST_AHEAD:
        raise PydanticCustomError("too_far_ahead", "a show cannot start later than in two years")
    return moment


StartsAt = Annotated[Moment, AfterValidator(_still_to_come)]


def _each_once(said: list[Disclosure]) -> list[Disclosure]:
    return list(dict.fromkeys(said))


Disclosures = Annotated[
    list[Disclosure], Field(max_length=len(Disclosure)), AfterValidator(_each_once)
]
"""What viewers must be told; an empty list is the answer that it is nothing."""


class NewShow(BaseModel):
    """The names are those of `types.Show`. A show goes live only when `disclosures` was answered,
    here or later.
    """

    model_config = ConfigDict(frozen=True)
    title: NeededTitle
    description: Description | None = None
    market: str = Field(examples=["gb"])
    slug: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    starts_at: StartsAt | None = None
    disclosures: Disclosures | None = None


class ShowChange(BaseModel):
    """Only what is given changes; null takes a description away. `disclosures` are the labels that
    the picture carries from its first public frame on; once it is live they are cues.
    `cue_offset_ms` is the encoder's delay: 0 for zerolatency, about 500 for OBS with look-ahead.

    The names are those of `types.Show`.
    """

    model_config = ConfigDict(frozen=True)
    title: NeededTitle | None = None
    description: Description | None = None
    starts_at: StartsAt | None = None
    cue_offset_ms: int | None = Field(default=None, ge=-2000, le=2000)
    disclosures: Disclosures | None = None

    _OPTIONAL: ClassVar = frozenset({"description"})

    def values(self) -> dict[str, Any]:  # of as many kinds as there are fields
        """By field of `types.Show`. Null takes away what a show can be without; elsewhere it means
        the same as not given.
        """
        given = self.model_dump(exclude_unset=True)
        if self.disclosures is not None:
            given["disclosures"] = tuple(self.disclosures)
        return {
            name: value
            for name, value in given.items()
            if value is not None or name in self._OPTIONAL
        }


class ShowProduct(BaseModel):
    product_id: str


ItemNumber = Annotated[int, Field(ge=1, le=LAST_ITEM_NUMBER)]
"""What a product is called in one show: `mine 12`."""


class NewItemNumber(BaseModel):
    model_config = ConfigDict(extra="forbid")
    item_number: ItemNumber


class ShelfOrder(BaseModel):
    """Every product of the shelf, once."""

    product_ids: list[str] = Field(max_length=500)


class NewPin(BaseModel):
    """`replace` ends the pins that are open at the same instant, so that the card changes without a
    gap.
    """

    kind: Literal["pin"]
    product_id: str
    replace: bool = False


class NewDisclosure(BaseModel):
    """A label on the picture from now on."""

    kind: Literal["disclosure"]
    disclosure: Disclosure


class NewAnnouncement(BaseModel):
    """Words on the picture from the newest frame on, or `starts_in_s` seconds after it. They go by
    themselves after `lasts_s`; without it they stay until the cue is ended.
    """

    model_config = ConfigDict(extra="forbid")
    kind: Literal["announcement"]
    text: NeededTitle
    starts_in_s: int = Field(default=0, ge=0, le=3600)
    lasts_s: int | None = Field(default=None, ge=5, le=14_400)

    def words(self) -> dict[str, str]:
        """By language, those in which something was written."""
        return {language: str(text) for language, text in self.text.items()}


NewCue = Annotated[NewPin | NewDisclosure | NewAnnouncement, Field(discriminator="kind")]


class PinPayload(Shown):
    """`name` and `price` (the lowest of its variants) are those of the moment of the pin."""

    product_id: Annotated[str, id_with("prod")]
    name: Words | None
    price: MoneyOut | None


class DisclosurePayload(Shown):
    disclosure: Disclosure


class DropPayload(Shown):
    """`units` of one variant at `price` from `opens_at` until `closes_at` of the server's clock,
    `per_person` of them to a person. `was` is the lowest price of the 30 days before, where that
    was higher. A piece is held for `holds_s` seconds at most. `terms_sha256` is the hash of the
    first record of its log: another log of this drop is not the one that was announced.
    """

    drop_id: Annotated[str, id_with("drop")]
    product_id: Annotated[str, id_with("prod")]
    sku: str
    name: Words
    units: int
    per_person: int
    price: MoneyOut
    was: MoneyOut | None
    opens_at: Time
    closes_at: Time
    holds_s: int
    terms_sha256: str | None


class AnnouncementPayload(Shown):
    """No frame from `until` on shows it, whether or not the cue has been ended; null until somebody
    ends it.
    """

    text: EveryLanguage
    until: Time | None


class CueOut(Shown):
    """An interval `[start, end)` on the show clock. `end` is null while it is open."""

    id: Annotated[str, id_with("cue")]
    kind: CueKind
    start: Time
    end: Time | None
    payload: DropPayload | PinPayload | DisclosurePayload | AnnouncementPayload


Language = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", examples=["en", "ar-EG"])
]
"""BCP 47."""
CaptionText = Annotated[str, AfterValidator(webvtt.clean), Field(max_length=webvtt.LONGEST_TEXT)]


class NewCaption(BaseModel):
    """A line of a live show. Without `start` it begins on the newest frame, without `end` it stays
    for as long as reading it takes; both are moments of the show clock.
    """

    model_config = ConfigDict(extra="forbid")
    language: Language
    text: Annotated[CaptionText, Field(min_length=1)]
    start: Moment | None = None
    end: Moment | None = None


class CaptionOut(Shown):
    """What is said from `start` up to `end` on the show clock."""

    id: Annotated[str, id_with("cap")]
    language: str
    start: Time
    end: Time
    text: str


class CaptionLines(BaseModel):
    language: str
    lines: list[CaptionOut]


class CaptionChange(BaseModel):
    """Other words for a line; empty takes it away."""

    id: str
    text: CaptionText


class CaptionChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")
    changes: list[CaptionChange] = Field(max_length=100)


class Timeline(BaseModel):
    cues: list[CueOut]


class ReplayOut(Shown):
    """What of an ended show can be watched again; `starts_at` is the moment of the first frame.
    Pictures follow a while after the video; `storyboard_url` answers a `Storyboard`.
    """

    state: ReplayState
    starts_at: Time | None
    duration_s: float
    poster_url: str | None
    storyboard_url: str | None


class RoomShow(Shown):
    """The room's entry `show`: what is true of it now, whatever frame is on screen.

    `languages` are those in which the host wrote the title; in another it stands in the first of
    them. `product_ids` is the order of the shelf, `item_numbers` what people say and type for each
    of them, in the same order; a number stays when the order changes.
    """

    id: Annotated[str, id_with("show")]
    state: ShowState
    title: EveryLanguage
    languages: list[str]
    starts_at: Time | None
    went_live_at: Time | None
    ended_at: Time | None
    replay: Annotated[
        ReplayOut | None,
        Field(description="Null until the show has ended, and for one that was never live."),
    ]
    caption_languages: Annotated[
        list[str], Field(description="In which there are captions, BCP 47.")
    ]
    product_ids: list[Annotated[str, id_with("prod")]]
    item_numbers: list[ItemNumber]


class HostOut(Shown):
    id: Annotated[str, id_with("cre")]
    name: Words
    avatar_url: str


class Playback(BaseModel):
    """Absolute addresses: LL-HLS or, once there is a replay, video on demand; and the room's
    Server-Sent Events.
    """

    hls_url: str
    events_url: str
    rewind_url: Annotated[
        str | None,
        Field(
            description="The show from its beginning while it is on air; 404 where its host "
            "withholds the replay."
        ),
    ]


class ShowOut(RoomShow):
    slug: str
    market: str
    currency: str
    description: EveryLanguage | None
    host: HostOut
    cover_url: Annotated[str | None, Field(description="The host's own picture.")]
    poster_url: Annotated[
        str | None,
        Field(
            description="What announces the show: its cover, a frame of its replay, or its first "
            "product."
        ),
    ]
    picture_ratio: Annotated[
        float | None, Field(description="Width over height; null until a camera sent a picture.")
    ]
    products: list[ProductOut]
    playback: Playback


class ShowPage(BaseModel):
    """The list's key `items`; ask for the next page with `cursor=next_cursor`."""

    items: list[ShowOut]
    next_cursor: str | None


class NextShow(BaseModel):
    """`show` is null when nothing is announced."""

    show: ShowOut | None


class RoomChat(BaseModel):
    """What holds in the show's chat for everybody but the team; `room` writes it. `slow_s`: seconds
    between two messages of a writer, 0 for the usual pace. `review`: which messages a moderator
    approves before others see them. `pinned_id` is the message that stands above all others; its
    words come with `GET /shows/{id}/messages`. `buy_by_comment`: what viewers write is understood
    as a wish where it reads like one (`mine 12`).
    """

    slow_s: int
    emoji_only: bool
    buyers_only: bool = False
    closed: bool
    review: Literal["nothing", "suspected", "all"] = "nothing"
    pinned_id: Annotated[str, id_with("msg")] | None = None
    buy_by_comment: bool = True


class RoomRehearsal(BaseModel):
    """In the room of a rehearsal: `stock` is what its test buyers have left by SKU, in place of the
    real pieces, of which they buy none.
    """

    stock: dict[str, int]


class RoomDrop(Shown):
    """What is true of the newest drop now, whatever frame is on screen; what it sells and when is
    in its cue. `closed`: nobody can ask any more. `sold` is known when it has ended, and its log is
    at `log_url` from then on.
    """

    id: Annotated[str, id_with("drop")]
    closed: bool
    sold: int | None
    log_url: str | None


class RoomCoupon(Shown):
    """There is a coupon, and whether it can be claimed: what it is about is asked for with
    `GET /shows/{id}/coupon`.
    """

    id: Annotated[str, id_with("cpn")]
    claimable: bool


RoomValue = (
    RoomShow | ProductOut | CueOut | CaptionOut | RoomChat | RoomRehearsal | RoomDrop | RoomCoupon
)


class RoomSnapshot(BaseModel):
    """Event `snapshot`: the whole room after the event number `seq`. `ts` is the server's clock in
    milliseconds.

    Keys: `show`, `product/<id>`, `cue/<id>`, `caption/<id>`, `chat`, `rehearsal`, `drop`.
    """

    seq: int
    ts: int
    entries: dict[str, RoomValue]


class RoomChange(BaseModel):
    """Event `set`: one key has another value; null: it is gone."""

    seq: int
    ts: int
    key: str
    value: RoomValue | None


class RoomState(BaseModel):
    """Event `state`: what changes fast, replaced whole. `hearts` is how many the show was
    sent until now, `questions` a number that is another one when the questions have changed,
    `stock` pieces left by SKU, and of the drop that is announced by its id.
    """

    seq: int
    ts: int
    viewers: int
    hearts: int
    questions: int
    stock: dict[str, int]
