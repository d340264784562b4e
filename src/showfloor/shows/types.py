"""A show and its cues as others see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.catalog.types import PricedProduct
from showfloor.kit.messages import LANGUAGES
from showfloor.kit.money import Money
from showfloor.merchants.types import Creator

LAST_ITEM_NUMBER = 9999
"""Four digits can be read aloud and typed while a show goes on."""


class ShowState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    ENDED = "ended"
    CANCELLED = "cancelled"
    """A draft that was given up: nobody but its host ever saw it, and nobody will."""
    REHEARSAL = "rehearsal"
    """On the air for its team alone (decision 0020). No list asks for this state, nothing is sold
    in it, and nothing follows it: the whole show is deleted.
    """

    @property
    def on_air(self) -> bool:
        """Viewers are in the room and can buy; interrupted means back in a moment."""
        return self in (ShowState.LIVE, ShowState.INTERRUPTED)

    @property
    def takes_cues(self) -> bool:
        return self.on_air or self is ShowState.REHEARSAL

    @property
    def for_streaming(self) -> str:
        """What the media server is told: to it a rehearsal is a draft, which it neither shows
        without the team's token nor records for anybody.
        """
        return ShowState.DRAFT.value if self is ShowState.REHEARSAL else self.value

    @property
    def over(self) -> bool:
        return self in (ShowState.ENDED, ShowState.CANCELLED)


class ReplayState(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    WITHHELD = "withheld"
    """Its host does not show it."""
    DELETED = "deleted"

    @property
    def lasts(self) -> bool:
        """It can be watched, or may be some day."""
        return self is not ReplayState.DELETED


@dataclass(frozen=True, slots=True)
class ReplayFacts:
    """What everybody may know of an ended show's replay. `starts_at` is the moment of its first
    frame.
    """

    state: ReplayState
    starts_at: datetime | None = None
    duration_ms: int = 0
    poster_url: str | None = None
    poster_chosen: bool = False
    """By the host, who then prefers it to the cover."""
    storyboard_url: str | None = None

    @property
    def duration_s(self) -> float:
        return self.duration_ms / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """The columns of `ShowRow` under their names, and `product_ids` in the order of the shelf with
    their `item_numbers`.

    `title` and `description` are {"en": …, "ar": …}, or one of them alone. `published_at` is when
    everybody could first see it, scheduled or live: who may see it follows from that, never from
    its state. The `replay_…` columns are `replays`' word about what can be watched again.
    `cue_offset_ms` is the encoder's delay, added to every stamp. `picture_ratio` is the width of
    the camera's picture over its height, None until a camera sent one.
    """

    id: UUID
    slug: str
    title: dict[str, str]
    state: ShowState
    market: str
    currency: str
    host_creator_id: UUID
    description: dict[str, str] | None = None
    starts_at: datetime | None = None
    published_at: datetime | None = None
    went_live_at: datetime | None = None
    ended_at: datetime | None = None
    poster_url: str | None = None
    picture_ratio: float | None = None
    cue_offset_ms: int = 0
    disclosures: tuple[Disclosure, ...] | None = None
    """What its host said before going live; None when nobody was asked."""
    replay_state: str | None = None
    replay_starts_at: datetime | None = None
    replay_duration_ms: int = 0
    clips: int = 0
    """How many of it can be watched."""
    replay_poster_url: str | None = None
    replay_poster_chosen: bool = False
    replay_storyboard_url: str | None = None
    caption_languages: tuple[str, ...] = ()
    """In which there are captions (BCP 47), the first one first."""
    last_item_number: int = 0
    """The highest that a product of it ever had. The next product gets a higher one, because people
    still type what they heard a minute ago; a number that is free again is given only by the host,
    and once the highest there is was given.
    """
    product_ids: tuple[UUID, ...] = ()
    item_numbers: tuple[int, ...] = ()
    """Of `product_ids`, in the same order: 1 to 9999, each once."""

    def product_of(self, item_number: int) -> UUID | None:
        """What this number means in this show now."""
        numbered = dict(zip(self.item_numbers, self.product_ids, strict=True))
        return numbered.get(item_number)

    @property
    def languages(self) -> list[str]:
        """In which the title is written."""
        return [language for language in LANGUAGES if language in self.title]

    @property
    def sells(self) -> bool:
        """On the air, or to be watched again, if only in clips: its goods can be held and paid
        for.
        """
        replay = self.replay
        ready = replay is not None and replay.state is ReplayState.READY
        return self.state.on_air or ready or self.clips > 0

    @property
    def sells_soon(self) -> bool:
        """It is over, and what was recorded of it is being prepared: it sells again with that."""
        replay = self.replay
        preparing = replay is None or replay.state is ReplayState.PREPARING
        ended = self.state is ShowState.ENDED and self.went_live_at is not None
        return ended and preparing and not self.sells

    @property
    def replay(self) -> ReplayFacts | None:
        """None until the show has ended, and for one that was never live."""
        if self.replay_state is None:
            return None
        state = ReplayState(self.replay_state)
        return ReplayFacts(
            state,
            self.replay_starts_at,
            self.replay_duration_ms,
            self.replay_poster_url,
            self.replay_poster_chosen,
            self.replay_storyboard_url,
        )

    @property
    def announced_by(self) -> str | None:
        """The picture that stands for the show; None when only its goods can."""
        replay = self.replay
        frame = replay.poster_url if replay else None
        chosen = replay is not None and replay.poster_chosen
        return frame if frame and (chosen or not self.poster_url) else self.poster_url


@dataclass(frozen=True, slots=True)
class ShowWithShelf:
    """A show with its host and what it sells, in the order of the shelf."""

    show: Show
    host: Creator
    shelf: tuple[PricedProduct, ...]


@dataclass(frozen=True, slots=True)
class RehearsalFigures:
    """What synthetic viewers and test buyers found so far. `viewers` are in the room now, `pieces`
    of picture reached them; `purchases` were paid with play money, `taken` in all; `refused` counts
    the refusals of the public API by their code.
    """

    viewers: int
    pieces: int
    purchases: int
    taken: Money
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`show_id` is a show of its own in the state `rehearsal`, `of_show_id` what is rehearsed.
    `figures` are None until the first synthetic viewer came.
    """

    show_id: UUID
    of_show_id: UUID
    started_at: datetime
    ends_at: datetime
    figures: RehearsalFigures | None = None


class CueKind(StrEnum):
    PIN = "pin"
    DISCLOSURE = "disclosure"
    DROP = "drop"
    ANNOUNCEMENT = "announcement"


class Disclosure(StrEnum):
    """What viewers have to be told on every frame that it is true of."""

    PAID_PARTNERSHIP = "paid_partnership"
    RECORDED_HOST = "recorded_host"
    """The host was filmed before; nobody is there now."""
    SYNTHETIC_HOST = "synthetic_host"
    """The host is no person, or a machine speaks in a person's place."""
    DUBBED_VOICE = "dubbed_voice"


@dataclass(frozen=True, slots=True)
class PinPayload:
    """`name` and `price` (the lowest of the variants) are those of the moment when the product was
    pinned; None in cues of older versions.
    """

    product_id: UUID
    name: dict[str, str] | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class DisclosurePayload:
    disclosure: Disclosure


@dataclass(frozen=True, slots=True)
class DropPayload:
    """A limited number of pieces at a price for a time, as announced (`offers`). The times are of
    the server's clock, which decides; `was` is what `price` may be shown as reduced from. A piece
    is held for `holds_s` seconds at most. `terms_sha256` is the hash of the first record of its
    log, by which everybody knows that log again; None in cues of older versions.
    """

    drop_id: UUID
    product_id: UUID
    sku: str
    name: dict[str, str]
    units: int
    per_person: int
    price: Money
    was: Money | None
    opens_at: datetime
    closes_at: datetime
    holds_s: int
    terms_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class AnnouncementPayload:
    """What the team says in writing, {"en": …, "ar": …} or one of them alone. No frame from `until`
    on shows it; None until somebody takes it down.
    """

    text: dict[str, str]
    until: datetime | None = None


CuePayload = PinPayload | DisclosurePayload | DropPayload | AnnouncementPayload


@dataclass(frozen=True, slots=True)
class Cue:
    """An interval [start, end) on the show clock; `end` is None while it is open."""

    id: UUID
    show_id: UUID
    kind: CueKind
    start: datetime
    end: datetime | None
    payload: CuePayload

    @property
    def product_id(self) -> UUID | None:
        """Of a pin."""
        return self.payload.product_id if isinstance(self.payload, PinPayload) else None

    @property
    def dropped_id(self) -> UUID | None:
        """The product of a drop."""
        return self.payload.product_id if isinstance(self.payload, DropPayload) else None

    @property
    def until(self) -> datetime | None:
        """From which frame on an announcement is over, whether or not somebody ended it."""
        return self.payload.until if isinstance(self.payload, AnnouncementPayload) else None

    @property
    def disclosure(self) -> Disclosure | None:
        return self.payload.disclosure if isinstance(self.payload, DisclosurePayload) else None


class CheckStatus(StrEnum):
    OK = "ok"
    WARN = "warn"
    """The show can go live; it would be better without."""
    BAD = "bad"
    """Nobody should go live with it."""
    UNKNOWN = "unknown"
    """Not measured yet, or nobody could."""


class CheckArea(StrEnum):
    PICTURE = "picture"
    SOUND = "sound"
    SIGNAL = "signal"
    """What else the media server says of the camera."""
    GOODS = "goods"
    FRAMES = "frames"
    DISCLOSURES = "disclosures"
    DESTINATIONS = "destinations"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at before going live. `params` fill the sentence of `code`;
    `product_ids` and `origins` are what it is about.
    """

    area: CheckArea
    code: str
    status: CheckStatus
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    product_ids: tuple[UUID, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Nothing stands against going live."""
        return all(check.status is not CheckStatus.BAD for check in self.checks)


@dataclass(frozen=True, slots=True)
class RecordedPin:
    """A product in a show that was filmed before, on screen during `[start, end)`."""

    product_id: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of what is said in one language, on the show clock, `[start, end)`."""

    id: UUID
    show_id: UUID
    language: str
    start: datetime
    end: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Remote:
    """A second device that may pin and unpin in one show and nothing else. It acts for
    `person_id`, as long as the session or the API key (`sign_in`) lasts with which it was invited.
    """

    id: UUID
    show_id: UUID
    person_id: UUID
    sign_in: UUID | None
    created_at: datetime
    expires_at: datetime
    joined_at: datetime | None = None
    """None while its ticket has not been used."""


@dataclass(frozen=True, slots=True)
class RemoteTicket:
    """`text` turns one device into a remote until the remote's `expires_at`."""

    remote: Remote
    text: str


@dataclass(frozen=True, slots=True)
class RemoteView:
    """What a remote's page shows."""

    staged: ShowWithShelf
    receiving: bool
    pins: tuple[Cue, ...]
    """The open ones, newest first."""
    last_product: UUID | None
    """Of the newest pin, open or ended."""


@dataclass(frozen=True, slots=True)
class PublicUrls:
    """Where browsers and cameras reach us; no trailing slash."""

    base: str
    media: str
    rooms: str
    rtmp: str
    whip: str

    @property
    def publish(self) -> str:
        """Where browsers publish, by WebSocket: `media` with ws for http."""
        return f"ws{self.media.removeprefix('http')}/publish"
