"""All SQL of `notices`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session, delete_batch
from showfloor.notices.models import MailRow
from showfloor.notices.types import Mail, MailKind, MailState, Parked

_WAITING = MailRow.state == MailState.WAITING.value


_CAN_WAIT = MailRow.kind == MailKind.SHOW_REMINDER.value


async def add_reminders(session: Session, abouts: Sequence[UUID], now: datetime) -> None:
    """A mail for each, in one statement: a host may have many thousand followers. One that was
    noted before is sent anew.
    """
    rows = select(func.gen_random_uuid(), literal(MailKind.SHOW_REMINDER.value))
    abouts_of = func.unnest(cast(abouts, ARRAY(Uuid)))
    chosen = rows.add_columns(
        abouts_of, literal(now), literal(MailState.WAITING.value), literal(now), literal(0)
    )
    columns = ["id", "kind", "about", "made_at", "state", "not_before", "attempts"]
    added = insert(MailRow).from_select(columns, chosen)
    anew = {name: added.excluded[name] for name in ("made_at", "state", "not_before", "attempts")}
    await session.execute(
        added.on_conflict_do_update(
            index_elements=[MailRow.kind, MailRow.about], set_={**anew, "error": None}
        )
    )


async def add_mail(session: Session, mail: Mail) -> bool:
    """False when the same fact has made one before."""
    row = insert(MailRow).values(
        id=mail.id,
        kind=mail.kind.value,
        order_id=mail.order_id,
        about=mail.about,
        made_at=mail.made_at,
        state=MailState.WAITING.value,
        not_before=mail.made_at,
        attempts=0,
    )
    added = await session.execute(row.on_conflict_do_nothing().returning(MailRow.id))
    return added.first() is not None


async def claim_mail(session: Session, now: datetime, until: datetime) -> Mail | None:
    """The oldest mail that is due, reminders of shows last; nobody else gets it before `until`."""
    due = (
        select(MailRow.id)
        .where(_WAITING, MailRow.not_before <= now)
        .order_by(_CAN_WAIT, MailRow.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = (
        update(MailRow)
        .where(MailRow.id == due.c.id)
        .values(not_before=until, attempts=MailRow.attempts + 1)
        .returning(
            MailRow.id,
            MailRow.kind,
            MailRow.order_id,
            MailRow.about,
            MailRow.made_at,
            MailRow.attempts,
        )
    )
    row = (await session.execute(claimed)).first()
    if row is None:
        return None
    return Mail(row.id, MailKind(row.kind), row.order_id, row.about, row.made_at, row.attempts)


async def note_attempt(
    session: Session, mail: Mail, state: MailState, not_before: datetime, why: str
) -> bool:
    """What became of an attempt. False when it is nobody's business any more: another worker
    claimed the mail meanwhile.
    """
    noted = (
        update(MailRow)
        .where(MailRow.id == mail.id, *_still_claimed(mail))
        .values(state=state.value, not_before=not_before, error=why or None)
        .returning(MailRow.id)
    )
    return (await session.execute(noted)).first() is not None


def _still_claimed(mail: Mail) -> tuple[ColumnElement[bool], ...]:
    return _WAITING, MailRow.attempts == mail.attempts


async def next_due(session: Session) -> datetime | None:
    """When the first mail that waits is to be sent."""
    return (
        await session.execute(select(func.min(MailRow.not_before)).where(_WAITING))
    ).scalar_one()


async def list_parked(session: Session, most: int) -> list[Parked]:
    """Oldest first."""
    columns = MailRow.kind, MailRow.order_id, MailRow.made_at, MailRow.error
    chosen = select(*columns).where(MailRow.state == MailState.PARKED.value)
    rows = await session.execute(chosen.order_by(MailRow.made_at).limit(most))
    return [Parked(MailKind(row.kind), row.order_id, row.made_at, row.error or "") for row in rows]


async def retry_parked(session: Session, now: datetime) -> int:
    """Let every parked mail be tried again as if it were new; how many."""
    again = update(MailRow).where(MailRow.state == MailState.PARKED.value)
    values = {
        "state": MailState.WAITING.value,
        "not_before": now,
        "made_at": now,
        "attempts": 0,
    }
    return len((await session.execute(again.values(values).returning(MailRow.id))).all())


async def remove_before(session: Session, moment: datetime) -> int:
    """A batch of mails that were made before this moment, whatever became of them."""
    return await delete_batch(session, MailRow, MailRow.made_at < moment)
