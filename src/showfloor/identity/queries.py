"""All SQL of `identity`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.identity.models import (
    ApiKeyRow,
    GateCountRow,
    GrantRow,
    InvitationRow,
    PersonRow,
    SecurityRow,
    SessionRow,
)
from showfloor.identity.rules.roles import person_with
from showfloor.identity.types import (
    ApiKey,
    CollectionPoint,
    Credentials,
    GateCount,
    Grant,
    GrantKind,
    Invitation,
    Member,
    NewKey,
    NewPerson,
    OpenSession,
    Person,
    Role,
    Scope,
    SecurityEvent,
    SecurityRecord,
    Team,
)
from showfloor.kit.db import Session, delete_batch


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


async def add_invitation(session: Session, new: Invitation) -> None:
    """One address has one invitation of a team: a new one takes the place of the one before, whose
    link ends.
    """
    values = {
        "id": new.id,
        "role": new.role,
        "language": new.language,
        "invited_by": new.invited_by,
        "created_at": new.created_at,
        "expires_at": new.expires_at,
    }
    place = {"kind": new.team.kind, "subject_id": new.team.subject_id, "email": new.email}
    await session.execute(
        insert_or(InvitationRow)
        .values(**values, **place)
        .on_conflict_do_update(index_elements=list(place), set_=values)
    )


async def invitations(session: Session, team: Team, now: datetime) -> list[Invitation]:
    """Those that wait for an answer, newest first."""
    chosen = select(InvitationRow).where(
        InvitationRow.kind == team.kind,
        InvitationRow.subject_id == team.subject_id,
        InvitationRow.expires_at > now,
    )
    rows = await session.execute(chosen.order_by(InvitationRow.created_at.desc()))
    return [_invitation(row) for row in rows.scalars()]


async def invitation(session: Session, invitation_id: UUID, now: datetime) -> Invitation | None:
    """None for one that is over."""
    chosen = select(InvitationRow).where(
        InvitationRow.id == invitation_id, InvitationRow.expires_at > now
    )
    row = (await session.execute(chosen)).scalar_one_or_none()
    return _invitation(row) if row else None


async def remove_invitation(session: Session, invitation_id: UUID) -> bool:
    """Whether it was still there: of two who come at once, one has it."""
    gone = delete(InvitationRow).where(InvitationRow.id == invitation_id)
    return (await session.execute(gone.returning(InvitationRow.id))).first() is not None


async def remove_invitations_before(session: Session, moment: datetime) -> int:
    """A batch of those that ran out."""
    return await delete_batch(session, InvitationRow, InvitationRow.expires_at < moment)


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(
        row.id,
        Team(GrantKind(row.kind), row.subject_id),
        Role(row.role),
        row.email,
        row.language,
        row.invited_by,
        row.created_at,
        row.expires_at,
    )


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


async def add_session(session: Session, digest: bytes, person_id: UUID, new: OpenSession) -> None:
    """A signed-in browser."""
    values = {"token_digest": digest, "person_id": person_id, **asdict(new)}
    await session.execute(insert(SessionRow).values(**values))


async def sessions_of(session: Session, person_id: UUID, now: datetime) -> list[OpenSession]:
    """Those that have not run out, newest first."""
    columns = select(SessionRow.id, SessionRow.created_at, SessionRow.expires_at)
    chosen = columns.where(SessionRow.person_id == person_id, SessionRow.expires_at > now)
    rows = await session.execute(chosen.order_by(SessionRow.created_at.desc()))
    return [OpenSession(*row) for row in rows]


async def remove_sessions(session: Session, person_id: UUID, *, keep: bytes | None) -> int:
    """All sessions of a person but one; how many."""
    chosen = delete(SessionRow).where(SessionRow.person_id == person_id)
    if keep is not None:
        chosen = chosen.where(SessionRow.token_digest != keep)
    return len((await session.execute(chosen.returning(SessionRow.id))).all())


async def session_id(session: Session, digest: bytes) -> UUID | None:
    """The public id of a signed-in browser."""
    chosen = select(SessionRow.id).where(SessionRow.token_digest == digest)
    return (await session.execute(chosen)).scalar_one_or_none()


async def has_session(session: Session, session_id: UUID, now: datetime) -> bool:
    """Whether a browser is still signed in."""
    chosen = select(SessionRow.id).where(SessionRow.id == session_id, SessionRow.expires_at > now)
    return (await session.execute(chosen)).first() is not None


async def remove_own_session(session: Session, person_id: UUID, session_id: UUID) -> bool:
    """Whether this person had such a session."""
    chosen = delete(SessionRow).where(
        SessionRow.person_id == person_id, SessionRow.id == session_id
    )
    return (await session.execute(chosen.returning(SessionRow.id))).first() is not None


async def remove_session(session: Session, digest: bytes) -> None:
    """Signing out."""
    await session.execute(delete(SessionRow).where(SessionRow.token_digest == digest))


async def remove_sessions_before(session: Session, moment: datetime) -> int:
    """A batch of sessions that ran out."""
    return await delete_batch(session, SessionRow, SessionRow.expires_at < moment)


async def add_api_key(session: Session, person_id: UUID, new: NewKey) -> None:
    """A program that acts for a person."""
    await session.execute(
        insert(ApiKeyRow).values(
            key_digest=new.digest,
            id=new.id,
            person_id=person_id,
            label=new.label,
            scopes=sorted(new.scopes),
            created_at=new.created_at,
            expires_at=new.expires_at,
        )
    )


async def keys_of(session: Session, person_id: UUID) -> list[ApiKey]:
    """Those that were not revoked, newest first."""
    chosen = select(ApiKeyRow).where(
        ApiKeyRow.person_id == person_id, ApiKeyRow.revoked_at.is_(None)
    )
    rows = (await session.execute(chosen.order_by(ApiKeyRow.created_at.desc()))).scalars()
    return [
        ApiKey(
            row.id,
            row.label,
            frozenset(map(Scope, row.scopes)),
            row.created_at,
            row.expires_at,
            row.last_used_at,
        )
        for row in rows
    ]


async def revoke_key(session: Session, person_id: UUID, key_id: UUID, now: datetime) -> bool:
    """Whether this person had such a key."""
    chosen = update(ApiKeyRow).where(
        ApiKeyRow.person_id == person_id, ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None)
    )
    done = await session.execute(chosen.values(revoked_at=now).returning(ApiKeyRow.id))
    return done.first() is not None


async def revoke_keys(session: Session, person_id: UUID, now: datetime) -> None:
    """All keys of a person."""
    chosen = update(ApiKeyRow).where(
        ApiKeyRow.person_id == person_id, ApiKeyRow.revoked_at.is_(None)
    )
    await session.execute(chosen.values(revoked_at=now))


async def key_id(session: Session, digest: bytes, now: datetime) -> UUID | None:
    """Of the key with this digest, if it works."""
    chosen = select(ApiKeyRow.id).where(ApiKeyRow.key_digest == digest, *_works(now))
    return (await session.execute(chosen)).scalar()


async def has_key(session: Session, key: UUID, now: datetime) -> bool:
    """Whether it works: not revoked, and not over."""
    chosen = select(ApiKeyRow.id).where(ApiKeyRow.id == key, *_works(now))
    return (await session.execute(chosen)).first() is not None


def _works(now: datetime) -> tuple[ColumnElement[bool], ...]:
    not_over = or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now)
    return ApiKeyRow.revoked_at.is_(None), not_over


async def person_of_sign_in(session: Session, sign_in: UUID, now: datetime) -> Person | None:
    """Who is behind a browser that is signed in, or a key that works."""
    browsers = select(SessionRow.person_id).where(
        SessionRow.id == sign_in, SessionRow.expires_at > now
    )
    programs = select(ApiKeyRow.person_id).where(ApiKeyRow.id == sign_in, *_works(now))
    owner = browsers.union_all(programs)
    return await _person(session, PersonRow.id.in_(owner), PersonRow.disabled_at.is_(None))


async def note_use(session: Session, digest: bytes, now: datetime) -> None:
    """When a key was last used."""
    chosen = update(ApiKeyRow).where(ApiKeyRow.key_digest == digest)
    await session.execute(chosen.values(last_used_at=now))


async def person_of_session(session: Session, digest: bytes, now: datetime) -> Person | None:
    """Who is behind a session token that has not run out."""
    owner = select(SessionRow.person_id).where(
        SessionRow.token_digest == digest, SessionRow.expires_at > now
    )
    return await _person(session, PersonRow.id.in_(owner), PersonRow.disabled_at.is_(None))


async def person_of_api_key(
    session: Session, digest: bytes, now: datetime
) -> tuple[Person, datetime | None] | None:
    """Who is behind an API key that is valid now, with its scopes; and when it was last used."""
    valid = select(ApiKeyRow.person_id, ApiKeyRow.scopes, ApiKeyRow.last_used_at).where(
        ApiKeyRow.key_digest == digest, *_works(now)
    )
    key = (await session.execute(valid)).first()
    person = await active_person(session, key.person_id) if key else None
    if key is None or person is None:
        return None
    return replace(person, scopes=frozenset(map(Scope, key.scopes))), key.last_used_at


async def active_person(session: Session, person_id: UUID) -> Person | None:
    """A person with their grants, unless they were disabled."""
    return await _person(session, PersonRow.id == person_id, PersonRow.disabled_at.is_(None))


async def person_of_email(session: Session, email: str) -> Person | None:
    """Who has an address."""
    return await _person(session, PersonRow.email == email)


async def person(session: Session, person_id: UUID) -> Person | None:
    """A person with their grants."""
    return await _person(session, PersonRow.id == person_id)


async def _person(session: Session, *which: ColumnElement[bool]) -> Person | None:
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


async def add_record(
    session: Session,
    at: datetime,
    event: SecurityEvent,
    person_id: UUID | None,
    by_id: UUID | None,
    about: str,
) -> None:
    """A line of the security log."""
    values = {"at": at, "event": event, "person_id": person_id, "by_id": by_id, "about": about}
    await session.execute(insert(SecurityRow).values(**values))


async def records(session: Session, limit: int, before: int | None) -> list[SecurityRecord]:
    """Newest first."""
    chosen = select(SecurityRow).order_by(SecurityRow.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(SecurityRow.id < before)
    return [
        SecurityRecord(
            row.id, row.at, SecurityEvent(row.event), row.person_id, row.by_id, row.about
        )
        for row in (await session.execute(chosen)).scalars()
    ]


async def count_records(session: Session, event: SecurityEvent, about: str, since: datetime) -> int:
    """How often that happened to whatever `about` begins with."""
    chosen = select(func.count()).where(
        SecurityRow.event == event,
        SecurityRow.about.startswith(about, autoescape=True),
        SecurityRow.at > since,
    )
    return (await session.execute(chosen)).scalar_one()


async def remove_records_before(session: Session, moment: datetime) -> int:
    """A batch of the log's oldest lines."""
    return await delete_batch(session, SecurityRow, SecurityRow.at < moment)


async def add_count(session: Session, count: GateCount) -> None:
    """Add to the count of the same hour, market and door."""
    new = insert_or(GateCountRow).values(**asdict(count))
    await session.execute(
        new.on_conflict_do_update(
            index_elements=[GateCountRow.hour, GateCountRow.market, GateCountRow.door],
            set_={"refused": GateCountRow.refused + new.excluded.refused},
        )
    )


async def remove_counts_before(session: Session, moment: datetime) -> int:
    """A batch of the oldest counts."""
    return await delete_batch(session, GateCountRow, GateCountRow.hour < moment)


async def counts(session: Session) -> list[GateCount]:
    """Newest hour first."""
    chosen = select(GateCountRow).order_by(
        GateCountRow.hour.desc(), GateCountRow.market, GateCountRow.door
    )
    return [
        GateCount(row.hour, row.market, CollectionPoint(row.door), row.refused)
        for row in (await session.execute(chosen)).scalars()
    ]
