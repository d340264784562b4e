"""SQL of invitations to a team."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.identity.models import InvitationRow
from showfloor.identity.types import GrantKind, Invitation, Role, Team
from showfloor.kit.db import Session, delete_batch


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
