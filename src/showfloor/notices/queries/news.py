"""What a merchant's people are written about, and who of them wants to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session, delete_batch
from showfloor.kit.money import Money
from showfloor.notices.models import LetterRow, MailChoiceRow, MailingRow, NewsRow
from showfloor.notices.types import News, NewsKind, TeamLetter


async def add_news(session: Session, merchant_id: UUID, news: News) -> bool:
    """False when the same fact was noted before."""
    row = insert(NewsRow).values(
        kind=news.kind.value,
        about=news.about,
        merchant_id=merchant_id,
        order_id=news.order_id,
        at=news.at,
        units=news.units,
        amount=news.money.amount if news.money else None,
        currency=news.money.currency if news.money else None,
        mailing_id=None,
    )
    added = await session.execute(row.on_conflict_do_nothing().returning(NewsRow.about))
    return added.first() is not None


async def open_mailing(
    session: Session, merchant_id: UUID, now: datetime, next_at: datetime
) -> None:
    """Have the news of a merchant sent: `now`, or where a mail was made before, no earlier than the
    pause after it. `next_at` is now and that pause.
    """
    row = insert(MailingRow).values(merchant_id=merchant_id, due_at=now, last_at=None)
    pause = next_at - now
    due = func.coalesce(
        MailingRow.due_at, func.greatest(row.excluded.due_at, MailingRow.last_at + pause)
    )
    await session.execute(
        row.on_conflict_do_update(index_elements=[MailingRow.merchant_id], set_={"due_at": due})
    )


async def lock_mailing(session: Session, now: datetime) -> UUID | None:
    """The merchant whose mailing is due first; nobody else has it until this transaction ends."""
    chosen = (
        select(MailingRow.merchant_id)
        .where(MailingRow.due_at <= now)
        .order_by(MailingRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def put_off_mailing(session: Session, merchant_id: UUID, due_at: datetime) -> None:
    later = update(MailingRow).where(MailingRow.merchant_id == merchant_id)
    await session.execute(later.values(due_at=due_at))


async def gather_news(
    session: Session, merchant_id: UUID, mailing_id: UUID, now: datetime, since: datetime
) -> int:
    """Put all that waits into one mailing, which ends; how many are no older than `since`."""
    waits = NewsRow.merchant_id == merchant_id, NewsRow.mailing_id.is_(None)
    gathered = update(NewsRow).where(*waits).values(mailing_id=mailing_id).returning(NewsRow.at)
    found = (await session.execute(gathered)).scalars().all()
    ended = update(MailingRow).where(MailingRow.merchant_id == merchant_id)
    await session.execute(ended.values(due_at=None, last_at=now))
    return len([at for at in found if at >= since])


async def next_mailing(session: Session) -> datetime | None:
    """When the first mailing is due."""
    return (await session.execute(select(func.min(MailingRow.due_at)))).scalar_one()


async def add_letters(session: Session, letters: Sequence[TeamLetter]) -> None:
    await session.execute(insert(LetterRow), [asdict(each) for each in letters])


async def find_letter(session: Session, letter_id: UUID) -> TeamLetter | None:
    row = await session.get(LetterRow, letter_id)
    if row is None:
        return None
    return TeamLetter(row.id, row.mailing_id, row.merchant_id, row.person_id, row.made_at)


async def list_news(session: Session, mailing_id: UUID, since: datetime) -> list[News]:
    """Of one mailing, oldest first; without those that were old when it was made."""
    chosen = select(NewsRow).where(NewsRow.mailing_id == mailing_id, NewsRow.at >= since)
    rows = await session.execute(chosen.order_by(NewsRow.at, NewsRow.about))
    return [
        News(
            kind=NewsKind(row.kind),
            order_id=row.order_id,
            about=row.about,
            at=row.at,
            units=row.units,
            money=None if row.amount is None else Money(row.amount, row.currency or ""),
        )
        for row in rows.scalars()
    ]


async def choices_of(session: Session, merchant_id: UUID) -> dict[UUID, bool]:
    """Who said whether they want mails, by person."""
    chosen = select(MailChoiceRow.person_id, MailChoiceRow.wanted)
    rows = await session.execute(chosen.where(MailChoiceRow.merchant_id == merchant_id))
    return {row.person_id: row.wanted for row in rows}


async def set_choice(session: Session, merchant_id: UUID, person_id: UUID, *, wanted: bool) -> None:
    row = insert(MailChoiceRow).values(merchant_id=merchant_id, person_id=person_id, wanted=wanted)
    keys = [MailChoiceRow.merchant_id, MailChoiceRow.person_id]
    await session.execute(row.on_conflict_do_update(index_elements=keys, set_={"wanted": wanted}))


async def remove_news_before(session: Session, moment: datetime) -> int:
    """A batch of news, whether or not anybody was written to."""
    return await delete_batch(session, NewsRow, NewsRow.at < moment)


async def remove_letters_before(session: Session, moment: datetime) -> int:
    """A batch of letters that were made before this moment."""
    return await delete_batch(session, LetterRow, LetterRow.made_at < moment)
