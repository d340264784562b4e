"""What others may know of a show's signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.contract import Health
from showfloor.media.errors import NotLive, StreamingUnavailable


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """The show that a stream key belongs to; a revoked key still has one, so that the host can be
    told.

    `key_id` names the key where it must not be said.
    """

    key_id: str
    show_id: UUID
    revoked: bool


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A publisher was turned away; `code` is one of stream_key_revoked, show_ended."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Ingest:
    """The signal as the host sees it."""

    state: IngestState
    health: Health | None
    refusals: tuple[Refusal, ...]
    key_hint: str | None
