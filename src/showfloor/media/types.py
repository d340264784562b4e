"""What others may know of a show's signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


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
class IngestReport:
    """One line of what `streaming` says every second.

    `health` is as in docs/operate/internal.md, or None when nobody publishes; `key_id` is None when
    `streaming` does not know it any more, after its restart.
    """

    show_id: UUID
    ingest_id: str
    state: IngestState
    since: datetime
    health: dict[str, Any] | None
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
    health: dict[str, Any] | None
    refusals: tuple[Refusal, ...]
    key_hint: str | None
