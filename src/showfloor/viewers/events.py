"""What viewers ask for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.kit.outbox import event


@event("viewers.sign_in_asked.v1")
@dataclass(frozen=True)
class SignInAsked:
    """Somebody wants a mail that signs them in; to which address stands in the row."""

    sign_in_id: UUID
