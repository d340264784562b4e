"""People ask, about a product or about the show, and the show's team answers. As with messages, no
row of the show is locked: pins, prices and stock wait for nobody who asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.pace import Pace
from showfloor.replays import service as replays
from showfloor.replays.types import Cut, Span
from showfloor.room import queries
from showfloor.room.errors import QuestionDecided, QuestionDismissed, QuestionNotFound
from showfloor.room.queries import questions
from showfloor.room.rules.likeness import is_same, key_of, words_of
from showfloor.room.rules.pace import JOINED, QUESTIONS, QUESTIONS_OF_NETWORK
from showfloor.room.rules.private import cover_private
from showfloor.room.service.access import get_moderated_show, may_moderate
from showfloor.room.service.messages import is_watchable
from showfloor.room.service.writing import (
    Entered,
    Guest,
    enter,
    take_turn,
    turns_of,
    waits_for_review,
)
from showfloor.room.types import Action, ActionKind, Asked, Question, QuestionState, TeamQuestions
from showfloor.shows import service as shows
from showfloor.shows.errors import NotAllowedInState, ProductNotInShow
from showfloor.shows.types import Show

MOST_LISTED = 100
"""Questions of a list."""
WAITING = QuestionState.OPEN, QuestionState.HELD
"""For the team."""
MOST_COMPARED = 300
"""Questions about one product, the newest, among which one that asks the same is looked for."""
_INSTANT = timedelta(milliseconds=1)


async def ask(
    session: Session,
    pace: Pace,
    *,
    show_id: UUID,
    writer: Person | Guest,
    secret: bytes,
    text: str,
    product_id: UUID | None,
    seen_at: datetime | None,
    now: datetime,
) -> Asked:
    """Ask about a product of the shelf, or about the show, at `now` of the show clock, while the
    picture of `seen_at` is on the asker's screen. Who asks what others ask joins them, also where
    it was answered already.

    What a message would wait for a question waits for, too, or asking would be the way around it:
    it is held, and who asks the same gets no other's words.

    Raises what `writing.enter` and `take_turn` raise but ChatEmojiOnly, ProductNotInShow,
    QuestionDismissed.
    """
    entered = await enter(
        session,
        pace,
        show_id=show_id,
        writer=writer,
        secret=secret,
        text=text,
        is_question=True,
    )
    if product_id is not None and product_id not in entered.show.product_ids:
        raise ProductNotInShow
    asks = turns_of(entered, text) | {("questions", entered.author.id): QUESTIONS}
    if isinstance(writer, Guest):
        asks |= {("questions", writer.network): QUESTIONS_OF_NETWORK}
    await take_turn(session, pace, entered, asks)
    words = text if entered.role.sells else cover_private(text)
    is_held = waits_for_review(entered, text)
    question_id = await _same(session, show_id, product_id, words)
    is_new = question_id is None
    if question_id is None:
        # A picture from before the show, or from the future, is of a clock that is wrong.
        began = entered.show.went_live_at or now
        media_at = now if seen_at is None else min(max(seen_at, began), now)
        question_id = await _add(session, entered, product_id, words, media_at, is_held=is_held)
    asked = await _join(session, entered, question_id, words, may_lend=is_new or not is_held)
    if asked.question.state is QuestionState.HELD:
        own = replace(asked.question, text=words, name=entered.author.name, also=())
        return Asked(own, asked.token)
    return asked


async def join_question(
    session: Session, pace: Pace, *, question_id: UUID, writer: Person | Guest, secret: bytes
) -> Asked:
    """Ask what others ask, without words; asking twice is asking once. Raises what `ask` raises of
    the writer, QuestionNotFound.
    """
    show_id = await questions.show_of_shown(session, question_id)
    if show_id is None:
        raise QuestionNotFound
    entered = await enter(
        session,
        pace,
        show_id=show_id,
        writer=writer,
        secret=secret,
        text="",
        is_question=True,
    )
    await take_turn(session, pace, entered, {("joined", entered.author.id): JOINED})
    return await _join(session, entered, question_id, None, may_lend=False)


async def _same(session: Session, show_id: UUID, product_id: UUID | None, text: str) -> UUID | None:
    """The question that asks this already, the oldest of several."""
    asked = words_of(text)
    known = await questions.wordings(session, show_id, product_id, MOST_COMPARED)
    return next((one.question_id for one in known if is_same(asked, words_of(one.text))), None)


async def _add(
    session: Session,
    entered: Entered,
    product_id: UUID | None,
    text: str,
    media_at: datetime,
    *,
    is_held: bool,
) -> UUID:
    """Or joins one that somebody else adds at this moment, or that was put aside."""
    question = Question(
        id=ids.new(),
        show_id=entered.show.id,
        product_id=product_id,
        state=QuestionState.HELD if is_held else QuestionState.OPEN,
        text=text,
        name=entered.author.name,
        askers=0,
        at=clock.now(),
        media_at=media_at,
    )
    return await questions.add_question(session, question, key_of(text, product_id))


async def _join(
    session: Session, entered: Entered, question_id: UUID, text: str | None, *, may_lend: bool
) -> Asked:
    """`may_lend`: the question may be shown in these words once those of others are erased. Never
    one that was answered: the team answered other words.
    """
    state = await questions.lock_shared(session, question_id)
    lent = text if may_lend and state is not QuestionState.ANSWERED else None
    await questions.add_asker(session, question_id, entered.author, lent, clock.now())
    found = await questions.question(session, question_id)
    if found is None:
        raise QuestionNotFound
    if found.state is QuestionState.DISMISSED:
        raise QuestionDismissed
    return Asked(found, entered.token)


async def list_questions(session: Session, *, show_id: UUID) -> list[Question]:
    """What everybody reads: while the show is on the air what is asked and what was answered, in
    its recording what was answered in what may be watched of it. Raises ShowNotFound.
    """
    show = await shows.get_public_show(session, show_id)
    if not show.state.on_air and not is_watchable(show):
        return []
    found = await questions.questions(session, show_id, [QuestionState.ANSWERED], MOST_LISTED)
    if show.state.on_air:
        found = [
            *await questions.questions(session, show_id, [QuestionState.OPEN], MOST_LISTED),
            *found,
        ]
    cut = await replays.get_cut(session, show_id)
    return [one for one in found if _is_left(cut, one)]


def _is_left(cut: Cut, question: Question) -> bool:
    """Neither the moment of the question nor that of its answer is taken out."""
    moments = [question.media_at, question.answered_at or question.media_at]
    return all(cut.leaves(Span(moment, moment + _INSTANT)) for moment in moments)


async def list_asked(session: Session, *, person: Person, show_id: UUID) -> TeamQuestions:
    """What the show's team reads, also what is held and what it dismissed. Raises ShowNotFound."""
    await get_moderated_show(session, person=person, show_id=show_id)
    waiting = await questions.questions(session, show_id, WAITING, MOST_LISTED)
    done = await questions.questions(
        session, show_id, [each for each in QuestionState if each not in WAITING], MOST_LISTED
    )
    count = len(waiting)
    if count == MOST_LISTED:
        count = await questions.count(session, show_id, WAITING)
    return TeamQuestions((*waiting, *done), count)


async def show_of_question(session: Session, *, person: Person, question_id: UUID) -> UUID:
    """Raises QuestionNotFound, also for who does not moderate it."""
    return (await _moderated(session, person, question_id))[1].id


async def answer_question(
    session: Session, *, person: Person, question_id: UUID, media_at: datetime
) -> Question:
    """The answer is given at `media_at` of the show: there the sheet of the product and the replay
    lead to it. Of two who press at once the first has stamped it. Raises QuestionNotFound, also for
    who does not moderate the show; QuestionDecided where it was dismissed meanwhile;
    NotAllowedInState while the show is not on the air: nobody answers there.
    """
    return await _decide(
        session, person, question_id, QuestionState.ANSWERED, ActionKind.ANSWER, media_at
    )


async def dismiss_question(session: Session, *, person: Person, question_id: UUID) -> Question:
    """Off everybody's list; nobody joins it. Raises QuestionNotFound, QuestionDecided where it was
    answered meanwhile.
    """
    return await _decide(session, person, question_id, QuestionState.DISMISSED, ActionKind.DISMISS)


async def reopen_question(session: Session, *, person: Person, question_id: UUID) -> Question:
    """It waits for its answer again, and everybody reads it, also where it was held. Raises
    QuestionNotFound.
    """
    return await _decide(session, person, question_id, QuestionState.OPEN, ActionKind.REOPEN)


async def _decide(
    session: Session,
    person: Person,
    question_id: UUID,
    state: QuestionState,
    kind: ActionKind,
    answered_at: datetime | None = None,
) -> Question:
    await questions.lock_question(session, question_id)
    found, show = await _moderated(session, person, question_id)
    if found.state is state:
        return found
    if state is not QuestionState.OPEN and found.state not in WAITING:
        raise QuestionDecided
    if state is QuestionState.ANSWERED and not show.state.on_air:
        raise NotAllowedInState
    await questions.set_state(session, question_id, state, answered_at)
    now = clock.now()
    done = Action(ids.new(), show.id, None, person.id, kind, "", now, question_id=question_id)
    await queries.add_action(session, done)
    return await _read(session, question_id)


async def _moderated(session: Session, person: Person, question_id: UUID) -> tuple[Question, Show]:
    found = await _read(session, question_id)
    show = await shows.get_show(session, found.show_id)
    if not may_moderate(person, show):
        raise QuestionNotFound
    return found, show


async def _read(session: Session, question_id: UUID) -> Question:
    found = await questions.question(session, question_id)
    if found is None:
        raise QuestionNotFound
    return found
