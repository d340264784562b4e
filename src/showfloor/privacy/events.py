"""What happens about people's data."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.kit.outbox import event


@event("privacy.account_limited.v1")
@dataclass(frozen=True)
class AccountLimited:
    """A viewer's account is limited until its case is decided."""

    case_id: UUID
