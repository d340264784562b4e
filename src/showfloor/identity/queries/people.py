"""SQL of people: who they are, by what they sign in, how they are erased."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.identity.models import ApiKeyRow, GrantRow, InvitationRow, PersonRow, SessionRow
from showfloor.identity.rules.roles import person_with
from showfloor.identity.types import Credentials, Grant, GrantKind, NewPerson, Person, Role
from showfloor.kit.db import Session


async def add_person(session: Session, new: NewPerson) -> bool:
    """False when the address is taken."""
    added = await session.execute(
        insert_or(PersonRow).values(**asdict(new)).on_conflict_do_nothing().returning(PersonRow.id)
    )
    return added.first() is not None


async def declared_adult_at(session: Session, person_id: UUID) -> datetime | None:
    """When a person declared to be an adult; None for nobody."""
    chosen = select(PersonRow.declared_adult_at).where(PersonRow.id == person_id)
    return (await session.execute(chosen)).scalar_one_or_none()


async def names_of(session: Session, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Those who were erased have none."""
    chosen = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(person_ids))
    return {row.id: row.name for row in await session.execute(chosen) if row.name}


async def password_of(session: Session, email: str) -> Credentials | None:
    """The person behind an address and the hash to compare with."""
    chosen = select(PersonRow.id, PersonRow.password_hash).where(PersonRow.email == email)
    found = (await session.execute(chosen)).first()
    return Credentials(found.id, found.password_hash) if found else None


async def lock_password(session: Session, credentials: Credentials) -> bool:
    """Whether the password is still this one. Nobody changes it, or disables the person, until this
    transaction ends.
    """
    chosen = select(PersonRow.id).where(
        PersonRow.id == credentials.id, PersonRow.password_hash == credentials.password_hash
    )
    return (await session.execute(chosen.with_for_update(read=True))).first() is not None


async def set_password(
    session: Session, person_id: UUID, hashed: str, *, replaces: str | None = None
) -> bool:
    """A new password; False when `replaces` is given and the stored hash is another one by now."""
    changed = update(PersonRow).where(PersonRow.id == person_id)
    if replaces is not None:
        changed = changed.where(PersonRow.password_hash == replaces)
    done = await session.execute(changed.values(password_hash=hashed).returning(PersonRow.id))
    return done.first() is not None


async def set_language(session: Session, person_id: UUID, language: str) -> None:
    """That of mails to a person."""
    await session.execute(
        update(PersonRow).where(PersonRow.id == person_id).values(language=language)
    )


async def set_disabled(session: Session, person_id: UUID, moment: datetime | None) -> None:
    """Nobody signs in as this person from that moment on; None: they do again."""
    changed = update(PersonRow).where(PersonRow.id == person_id)
    await session.execute(changed.values(disabled_at=moment))


async def active_person(session: Session, person_id: UUID) -> Person | None:
    """A person with their grants, unless they were disabled."""
    return await read_person(session, PersonRow.id == person_id, PersonRow.disabled_at.is_(None))


async def person_of_email(session: Session, email: str) -> Person | None:
    """Who has an address."""
    return await read_person(session, PersonRow.email == email)


async def person(session: Session, person_id: UUID) -> Person | None:
    """A person with their grants."""
    return await read_person(session, PersonRow.id == person_id)


async def read_person(session: Session, *which: ColumnElement[bool]) -> Person | None:
    joined = (
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.email,
            GrantRow.kind,
            GrantRow.subject_id,
            GrantRow.role,
        )
        .outerjoin(GrantRow, GrantRow.person_id == PersonRow.id)
        .where(*which)
    )
    rows = (await session.execute(joined)).all()
    if not rows:
        return None
    grants = [
        Grant(GrantKind(row.kind), row.subject_id, Role(row.role)) for row in rows if row.kind
    ]
    return person_with(rows[0].id, rows[0].name, rows[0].email, grants)


async def erase_person(session: Session, email: str, pseudonym: str) -> int:
    """The row stays as a pseudonym, because shows and audit entries point at it. It belongs to no
    team any more, or a team would count an owner who can never sign in.
    """
    nobody = {"email": pseudonym, "name": "", "password_hash": "", "language": None}
    ids = select(PersonRow.id).where(PersonRow.email == email)
    await session.execute(delete(GrantRow).where(GrantRow.person_id.in_(ids)))
    await session.execute(delete(SessionRow).where(SessionRow.person_id.in_(ids)))
    await session.execute(delete(ApiKeyRow).where(ApiKeyRow.person_id.in_(ids)))
    await session.execute(delete(InvitationRow).where(InvitationRow.email == email))
    done = await session.execute(
        update(PersonRow).where(PersonRow.email == email).values(**nobody).returning(PersonRow.id)
    )
    return len(done.all())
