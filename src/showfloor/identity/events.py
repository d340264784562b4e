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


@event("identity.left_creator.v1")
@dataclass(frozen=True, slots=True)
class LeftCreator:
    """Somebody is no member of a creator's team any more. `by_id` is who decided it; None for the
    command line.
    """

    person_id: UUID
    creator_id: UUID
    by_id: UUID | None
