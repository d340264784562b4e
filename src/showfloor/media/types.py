"""What others may know of a show's signal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.contract import DestinationLine, Health
from showfloor.media.errors import NotLive, StreamingUnavailable


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """The show that a stream key or a ticket belongs to; a revoked key still has one, so that the
    host can be told.

    `key_id` names the key where it must not be said.
    """

    key_id: str
    show_id: UUID
    revoked: bool
    expired: bool = False
    """A ticket whose minute is over, or whose host has signed out."""


@dataclass(frozen=True, slots=True)
class PublishTicket:
    """`text` lets a browser publish to one show until `expires_at`."""

    text: str
    expires_at: datetime


class IngestState(StrEnum):
    NONE = "none"
    CONNECTED = "connected"
    """An encoder is there, and nothing to show: it came a moment ago, or sends what cannot be
    packaged.
    """
    PUBLISHING = "publishing"
    LOST = "lost"

    @property
    def present(self) -> bool:
        return self in (IngestState.CONNECTED, IngestState.PUBLISHING)


@dataclass(frozen=True, slots=True)
class MediaMoment:
    """The newest media of a show when `streaming` was asked. `at` is None when nobody publishes, or
    when `streaming` did not answer (`reachable`).
    """

    at: datetime | None
    reachable: bool = True

    def required(self) -> datetime:
        """Raises NotLive, StreamingUnavailable."""
        self.check_reachable()
        if self.at is None:
            raise NotLive
        return self.at

    def check_reachable(self) -> None:
        """Raises StreamingUnavailable."""
        if not self.reachable:
            raise StreamingUnavailable


@dataclass(frozen=True, slots=True)
class IngestReport:
    """One line of what `streaming` says every second.

    `health` is None when nobody publishes; `key_id` is None when `streaming` does not know it any
    more, after its restart.
    """

    show_id: UUID
    ingest_id: str
    state: IngestState
    since: datetime
    health: Health | None
    key_id: str | None = None
    destinations: tuple[DestinationLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A publisher was turned away; `code` is one of stream_key_revoked,
    publish_ticket_expired, show_ended.
    """

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Ingest:
    """The signal as the host sees it."""

    state: IngestState
    health: Health | None
    refusals: tuple[Refusal, ...]
    key_hint: str | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Another network that gets a show. Its key is stored sealed and never leaves this room but to
    `streaming`; `key_hint` are its last characters. `wanted`: its host started it, which a rule may
    still forbid.
    """

    id: UUID
    show_id: UUID
    platform: str
    name: str
    url: str
    sealed_key: bytes = field(repr=False)
    key_hint: str = ""
    wanted: bool = False
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What the rules of other networks ask about a show. None: not known before a camera sends."""

    sells: bool
    paid_partnership: bool
    portrait: bool | None
    kbps: int | None


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """What stands against a destination (`forbids`), or what its network advises otherwise.

    `params` fill the sentence `platform_rule.<code>`.
    """

    code: str
    forbids: bool
    params: dict[str, str | int]
    source: str = ""
    read_on: date | None = None
    source_url: str | None = None


class DestinationState(StrEnum):
    OFF = "off"
    WAITING = "waiting"
    """For the show to go on the air, or for its camera."""
    CONNECTING = "connecting"
    SENDING = "sending"
    RETRYING = "retrying"
    REFUSED = "refused"
    """Not tried again by itself."""


@dataclass(frozen=True, slots=True)
class DestinationView:
    """A destination as its host sees it."""

    destination: Destination
    platform: str
    """Whose rules hold."""
    state: DestinationState
    line: DestinationLine | None
    broken_rules: tuple[BrokenRule, ...]
    reason: str | None
