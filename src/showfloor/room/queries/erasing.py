"""SQL that erases what an account said and asked, and who it was."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update

from showfloor.kit.db import Session
from showfloor.room.models import (
    CHANGES,
    AccountMuteRow,
    ActionRow,
    AuthorRow,
    MessageRow,
    ReportRow,
)
from showfloor.room.queries import questions
from showfloor.room.queries.authors import of_account
from showfloor.room.types import MessageState


async def remove_of_account(session: Session, account_id: UUID, pseudonym: str) -> int:
    """What a person's or a viewer's account said is gone, also from open screens; the rows stay
    empty in the place of what others answered to.
    """
    touched = await _remove(session, of_account(account_id), pseudonym)
    mutes = delete(AccountMuteRow).where(AccountMuteRow.account_id == account_id)
    return touched + len((await session.execute(mutes.returning(AccountMuteRow.id))).all())


async def remove_of_guest(session: Session, author_id: UUID, pseudonym: str) -> int:
    """The same of one guest, in one show."""
    return await _remove(session, AuthorRow.id == author_id, pseudonym)


async def _remove(session: Session, whose: ColumnElement[bool], pseudonym: str) -> int:
    # Locked before the messages are looked for: whoever writes one holds the lock of its author.
    first = select(AuthorRow.id, AuthorRow.show_id).where(whose)
    locked = (await session.execute(first.order_by(AuthorRow.id).with_for_update())).all()
    authors = [row.id for row in locked]
    gone = (
        update(MessageRow)
        .where(MessageRow.author_id.in_(authors))
        .values(
            name=pseudonym, text="", state=MessageState.DELETED.value, change=CHANGES.next_value()
        )
        .returning(MessageRow.id, MessageRow.show_id)
    )
    said = (await session.execute(gone)).all()
    # That somebody was reported, and as what, is known of them too.
    about = delete(ReportRow).where(ReportRow.message_id.in_({row.id for row in said}))
    reported = (await session.execute(about.returning(ReportRow.id))).all()
    asked = await questions.remove_of_authors(session, authors)
    touched = len(said) + len(reported) + len(asked)
    # A note about the message or the question may tell about who wrote it.
    noted = update(ActionRow).where(
        ActionRow.show_id.in_({row.show_id for row in locked}),
        or_(
            ActionRow.message_id.in_({row.id for row in said}),
            ActionRow.question_id.in_(asked),
        ),
        ActionRow.reason != "",
    )
    await session.execute(noted.values(reason=""))
    renamed = (
        update(AuthorRow)
        .where(AuthorRow.id.in_(authors))
        .values(
            name=pseudonym,
            person_id=None,
            viewer_id=None,
            network=None,
            # The browser that has the token would go on under the pseudonym.
            token_digest=None,
            has_bought=False,
            limited_at=None,
        )
        .returning(AuthorRow.id)
    )
    return touched + len((await session.execute(renamed)).all())
