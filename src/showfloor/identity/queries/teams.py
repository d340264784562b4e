"""SQL of who belongs to which team."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.identity.models import GrantRow, PersonRow
from showfloor.identity.queries.people import person
from showfloor.identity.types import Grant, GrantKind, Member, Role, Team
from showfloor.kit.db import Session


async def add_grant(session: Session, person_id: UUID, grant: Grant) -> None:
    """Granting twice is granting once; the later role counts."""
    new = insert_or(GrantRow).values(person_id=person_id, **asdict(grant))
    await session.execute(
        new.on_conflict_do_update(
            index_elements=[GrantRow.person_id, GrantRow.kind, GrantRow.subject_id],
            set_={"role": new.excluded.role},
        )
    )


async def remove_grant(
    session: Session, person_id: UUID, kind: GrantKind, subject_id: UUID
) -> bool:
    """Whether there was one."""
    chosen = delete(GrantRow).where(
        GrantRow.person_id == person_id, GrantRow.kind == kind, GrantRow.subject_id == subject_id
    )
    return (await session.execute(chosen.returning(GrantRow.person_id))).first() is not None


async def lock_members(session: Session, team: Team) -> list[Member]:
    """As `members`; nobody changes them until this transaction ends."""
    return await _members(session, team, lock=True)


async def members(session: Session, team: Team) -> list[Member]:
    """Of one team, by their ids, which is the order in which they are locked."""
    return await _members(session, team, lock=False)


async def _members(session: Session, team: Team, *, lock: bool) -> list[Member]:
    chosen = (
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.email,
            GrantRow.role,
            PersonRow.disabled_at,
            PersonRow.language,
        )
        .join(GrantRow, GrantRow.person_id == PersonRow.id)
        .where(GrantRow.kind == team.kind, GrantRow.subject_id == team.subject_id)
        .order_by(PersonRow.id)
    )
    if lock:
        chosen = chosen.with_for_update(of=GrantRow)
    return [
        Member(
            row.id, row.name, row.email, Role(row.role), row.disabled_at is not None, row.language
        )
        for row in await session.execute(chosen)
    ]


async def lock_grants(session: Session, person_id: UUID) -> tuple[Grant, ...]:
    """All memberships of a person; whoever else asks for them waits until this transaction ends."""
    await session.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update())
    found = await person(session, person_id)
    return found.grants if found else ()
