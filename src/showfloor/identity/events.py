"""What happens to people who work here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from showfloor.kit.outbox import event


@event("identity.invited.v1")
@dataclass(frozen=True, slots=True)
class MemberInvited:
    """Somebody was invited into a team. No address: the invitation has it, while it lasts."""

    invitation_id: UUID
