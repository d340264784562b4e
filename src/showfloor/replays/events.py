"""What happens to recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@dataclass(frozen=True, slots=True)
class TakenOut:
    """`[start, end)` on the show clock; None: from the beginning, to the end."""

    start: datetime | None = None
    end: datetime | None = None


@event("replays.cut.v1")
@dataclass(frozen=True, slots=True)
class ReplayCut:
    """Something else is taken out of the recording of an ended show: by its end, by its host, by
    the end of its keeping.
    """

    show_id: UUID
    before: tuple[TakenOut, ...]
    now: tuple[TakenOut, ...]
