"""SQL of what people ask. A question is a row, and its words are those of the people who ask it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit import ids
from showfloor.kit.db import Session, delete_batch
from showfloor.room.models import QUESTION_CHANGES, AskerRow, AuthorRow, QuestionRow
from showfloor.room.types import Asking, Author, Question, QuestionState

MOST_ALSO = 3
"""Other words of one question that its team reads."""
LOOKED_AT = 12
"""Words of one question among which these are found: many type the same."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a question was first put, of what is kept."""

    question_id: UUID
    text: str


async def add_question(session: Session, question: Question, key: bytes) -> UUID:
    """The question, or the one that has this key in the show already; its id."""
    added = insert(QuestionRow).values(
        id=question.id,
        show_id=question.show_id,
        product_id=question.product_id,
        key=key,
        state=question.state.value,
        at=question.at,
        media_at=question.media_at,
    )
    # An update that changes nothing, so that the row comes back that was there before.
    stored = added.on_conflict_do_update(
        index_elements=[QuestionRow.show_id, QuestionRow.key], set_={"key": key}
    )
    return (await session.execute(stored.returning(QuestionRow.id))).scalar_one()


async def add_asker(
    session: Session, question_id: UUID, author: Author, text: str | None, at: datetime
) -> None:
    """Asking twice is asking once. Takes no lock of the question: those who ask do not wait for
    each other.
    """
    added = insert(AskerRow).values(
        id=ids.new(),
        show_id=author.show_id,
        question_id=question_id,
        author_id=author.id,
        asker_id=author.account_id or author.id,
        name=author.name,
        text=text,
        at=at,
    )
    await session.execute(added.on_conflict_do_nothing())


async def wordings(
    session: Session, show_id: UUID, product_id: UUID | None, most: int
) -> list[Wording]:
    """Of the newest questions about this product that are open or answered."""
    about = QuestionRow.product_id.is_not_distinct_from(product_id)
    newest = (
        select(QuestionRow.id)
        .where(
            QuestionRow.show_id == show_id,
            about,
            QuestionRow.state != QuestionState.DISMISSED.value,
        )
        .order_by(QuestionRow.id.desc())
        .limit(most)
        .subquery()
    )
    # However many ask it, one row of each is read.
    first = (
        select(AskerRow.text)
        .where(AskerRow.question_id == newest.c.id, AskerRow.text.is_not(None))
        .order_by(AskerRow.id)
        .limit(1)
        .lateral()
    )
    said = await session.execute(
        select(newest.c.id, first.c.text).join(first, true()).order_by(newest.c.id)
    )
    return [Wording(row.id, row.text) for row in said]


async def question(session: Session, question_id: UUID) -> Question | None:
    found = await _read(
        session, QuestionRow.id == question_id, AskerRow.question_id == question_id, most=1
    )
    return found[0] if found else None


async def show_of_shown(session: Session, question_id: UUID) -> UUID | None:
    """The show of a question that everybody reads."""
    shown = QuestionState.OPEN.value, QuestionState.ANSWERED.value
    chosen = select(QuestionRow.show_id).where(
        QuestionRow.id == question_id, QuestionRow.state.in_(shown)
    )
    return (await session.execute(chosen)).scalar_one_or_none()


async def lock_shared(session: Session, question_id: UUID) -> QuestionState | None:
    """It is not deleted before this transaction ends; who asks waits for nobody else who does. None
    where it is gone.
    """
    chosen = select(QuestionRow.state).where(QuestionRow.id == question_id)
    found = await session.execute(chosen.with_for_update(read=True, key_share=True))
    state = found.scalar_one_or_none()
    return None if state is None else QuestionState(state)


async def count(session: Session, show_id: UUID, states: Collection[QuestionState]) -> int:
    which = QuestionRow.show_id == show_id, QuestionRow.state.in_([*states])
    found = await session.execute(select(func.count()).select_from(QuestionRow).where(*which))
    return int(found.scalar_one())


async def questions_by_id(session: Session, question_ids: Collection[UUID]) -> dict[UUID, Question]:
    """Also those that were dismissed; one that is erased is left out."""
    if not question_ids:
        return {}
    which, asked = QuestionRow.id.in_(question_ids), AskerRow.question_id.in_(question_ids)
    return {one.id: one for one in await _read(session, which, asked, most=len(question_ids))}


async def lock_question(session: Session, question_id: UUID) -> None:
    """Of two of the team who decide at once, one is the first."""
    chosen = select(QuestionRow.id).where(QuestionRow.id == question_id)
    await session.execute(chosen.with_for_update(key_share=True))


async def questions(
    session: Session, show_id: UUID, states: Collection[QuestionState], most: int
) -> list[Question]:
    """As they stand on a list: the newest answer first; those without one by how many ask, the
    oldest of as many first.
    """
    which = and_(QuestionRow.show_id == show_id, QuestionRow.state.in_([*states]))
    return await _read(session, which, AskerRow.show_id == show_id, most=most)


async def _read(
    session: Session, which: ColumnElement[bool], asked: ColumnElement[bool], *, most: int
) -> list[Question]:
    """Each with the words that it was first put in; one that nobody put in words is no question."""
    counted = (
        select(AskerRow.question_id, func.count().label("askers"))
        .where(asked)
        .group_by(AskerRow.question_id)
        .subquery()
    )
    chosen = (
        select(QuestionRow, counted.c.askers)
        .join(counted, counted.c.question_id == QuestionRow.id)
        .where(which)
        .order_by(
            QuestionRow.answered_at.desc().nulls_last(),
            counted.c.askers.desc(),
            QuestionRow.id,
        )
        .limit(most)
    )
    rows = (await session.execute(chosen)).all()
    said = await _words(session, [row.id for row, _ in rows])
    return [_question(row, askers, said[row.id]) for row, askers in rows if row.id in said]


def _question(row: QuestionRow, askers: int, said: Sequence[tuple[str, str]]) -> Question:
    (name, text), *others = said
    return Question(
        id=row.id,
        show_id=row.show_id,
        product_id=row.product_id,
        state=QuestionState(row.state),
        text=text,
        name=name,
        askers=askers,
        at=row.at,
        media_at=row.media_at,
        answered_at=row.answered_at,
        also=tuple(other for _, other in others),
    )


async def _words(
    session: Session, question_ids: Collection[UUID]
) -> Mapping[UUID, list[tuple[str, str]]]:
    """Name and words of the first who used some, then those of others who put it otherwise."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in await session.execute(
        _first_words(AskerRow.question_id.in_(question_ids), LOOKED_AT)
    ):
        said = found.setdefault(row.question_id, [])
        is_new = row.text.casefold() not in {text.casefold() for _, text in said}
        if is_new and len(said) <= MOST_ALSO:
            said.append((row.name, row.text))
    return found


def _first_words(which: ColumnElement[bool], most: int) -> Select[UUID, str, str]:
    """Of each question the words of the first who have some, in the order in which they came."""
    turn = func.row_number().over(partition_by=AskerRow.question_id, order_by=AskerRow.id)
    ranked = (
        select(AskerRow.id, AskerRow.question_id, AskerRow.name, AskerRow.text, turn.label("turn"))
        .where(which, AskerRow.text.is_not(None))
        .subquery()
    )
    return (
        select(ranked.c.question_id, ranked.c.name, ranked.c.text)
        .where(ranked.c.turn <= most)
        .order_by(ranked.c.id)
    )


async def set_state(
    session: Session, question_id: UUID, state: QuestionState, answered_at: datetime | None
) -> None:
    """With a new number, so that open screens hear of it."""
    changed = update(QuestionRow).where(QuestionRow.id == question_id)
    await session.execute(
        changed.values(
            state=state.value, answered_at=answered_at, change=QUESTION_CHANGES.next_value()
        )
    )


async def dismiss_of(
    session: Session, author_ids: Collection[UUID], show_ids: Collection[UUID]
) -> list[tuple[UUID, UUID]]:
    """What these authors ask in these shows and nobody else does, as far as it waits: the shows and
    ids of the questions.
    """
    theirs = select(AskerRow.question_id).where(AskerRow.author_id.in_(author_ids))
    others = select(AskerRow.id).where(
        AskerRow.question_id == QuestionRow.id, AskerRow.author_id.not_in(author_ids)
    )
    waiting = QuestionState.OPEN.value, QuestionState.HELD.value
    gone = (
        update(QuestionRow)
        .where(
            QuestionRow.id.in_(theirs),
            QuestionRow.show_id.in_(show_ids),
            QuestionRow.state.in_(waiting),
            ~others.exists(),
        )
        .values(state=QuestionState.DISMISSED.value, change=QUESTION_CHANGES.next_value())
    )
    rows = await session.execute(gone.returning(QuestionRow.show_id, QuestionRow.id))
    return [(row.show_id, row.id) for row in rows]


async def renew(session: Session, show_id: UUID) -> None:
    """A new number for all of a show: screens that are open read its list anew."""
    changed = update(QuestionRow).where(QuestionRow.show_id == show_id)
    await session.execute(changed.values(change=QUESTION_CHANGES.next_value()))


async def asked_by_viewer(session: Session, viewer_id: UUID) -> list[Asking]:
    """With the account, the oldest first, also what the team dismissed; without words where the
    words are another's.
    """
    authors = select(AuthorRow.id).where(AuthorRow.viewer_id == viewer_id)
    chosen = select(AskerRow).where(AskerRow.author_id.in_(authors)).order_by(AskerRow.id)
    rows = (await session.execute(chosen)).scalars()
    return [Asking(row.at, row.name, row.text) for row in rows]


async def remove_of_authors(session: Session, author_ids: Collection[UUID]) -> set[UUID]:
    """They ask nothing any more. A question that nobody else has put in words is gone; of the
    others nothing is left that was made of their words. The ids of all of them.
    """
    asked = select(AskerRow.question_id).where(AskerRow.author_id.in_(author_ids))
    # Whoever joins one at this moment is waited for: their row would belong to nothing.
    locked = select(QuestionRow.id).where(QuestionRow.id.in_(asked)).order_by(QuestionRow.id)
    await session.execute(locked.with_for_update())
    gone = delete(AskerRow).where(AskerRow.author_id.in_(author_ids))
    touched = set((await session.execute(gone.returning(AskerRow.question_id))).scalars())
    worded = select(AskerRow.id).where(
        AskerRow.question_id == QuestionRow.id, AskerRow.text.is_not(None)
    )
    silent = delete(QuestionRow).where(QuestionRow.id.in_(touched), ~worded.exists())
    emptied = set((await session.execute(silent.returning(QuestionRow.id))).scalars())
    await session.execute(delete(AskerRow).where(AskerRow.question_id.in_(emptied)))
    left = update(QuestionRow).where(QuestionRow.id.in_(touched - emptied))
    await session.execute(left.values(key=None, change=QUESTION_CHANGES.next_value()))
    return touched


async def delete_old(session: Session, before: datetime) -> int:
    """A batch of what was asked before; how many rows went."""
    gone = await delete_batch(session, AskerRow, AskerRow.at < before)
    return gone + await delete_batch(session, QuestionRow, QuestionRow.at < before)
