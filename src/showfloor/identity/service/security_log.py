"""What happened to accounts, for the operator: who as an id, what, when. No address of anybody, and
nothing that was typed.
"""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person, SecurityEvent, SecurityRecord
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.retention import kept_for

KEPT_FOR = kept_for("security_log")


async def record(
    session: Session,
    event: SecurityEvent,
    *,
    person_id: UUID | None,
    by_id: UUID | None = None,
    about: str = "",
) -> None:
    """In the transaction of the fact. `by_id` is who did it, where that is somebody else than the
    person; `about` is ids and kinds only.
    """
    await queries.add_record(session, clock.now(), event, person_id, by_id, about)


async def list_records(
    session: Session, *, person: Person, limit: int, before: int | None = None
) -> list[SecurityRecord]:
    """Newest first. Raises Forbidden for everybody but operators."""
    if not person.is_operator:
        raise Forbidden
    return await queries.records(session, limit, before)


async def forget_old_records(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_records_before(session, clock.now() - KEPT_FOR)
