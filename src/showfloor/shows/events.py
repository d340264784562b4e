"""What happens to shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@event("shows.went_live.v1")
@dataclass(frozen=True)
class ShowWentLive:
    show_id: UUID
    at: datetime


@event("shows.ended.v1")
@dataclass(frozen=True)
class ShowEnded:
    show_id: UUID
    at: datetime
