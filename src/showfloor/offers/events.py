"""What happens in `offers` that others react to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from showfloor.kit.outbox import event


@event("offers.piece_offered.v1")
@dataclass(frozen=True, slots=True)
class PieceOffered:
    """Something is held for somebody who waited for it."""

    place_id: UUID
    at: datetime
