"""JSON routes of what people ask in a show."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.room import service
from showfloor.room.errors import QuestionDecided, QuestionDismissed, QuestionNotFound
from showfloor.room.http import take_click
from showfloor.room.http.writer import REFUSALS, CredentialsDep, RoomDep, find_writer
from showfloor.room.schemas import (
    AskedOut,
    JoinedQuestion,
    NewQuestion,
    QuestionsOut,
    TeamQuestionOut,
    TeamQuestionsOut,
)
from showfloor.room.views import (
    asked_view,
    questions_view,
    team_question_view,
    team_questions_view,
)
from showfloor.shows.errors import NotAllowedInState, ProductNotInShow, ShowNotFound
from showfloor.shows.http import StreamingDep

router = APIRouter(prefix="/api/v1", tags=["chat"])


async def get_decider(person: CurrentPerson, room: RoomDep) -> Person:
    """As fast as people click, apart from what they do in the chat. Raises RateLimited."""
    take_click(room, "questions", person)
    return person


Moderator = Annotated[Person, Depends(get_decider)]
OWN = (NotAuthenticated, NotFound, CsrfFailed, QuestionNotFound, QuestionDecided, RateLimited)


@router.post(
    "/shows/{show_id}/questions",
    status_code=201,
    responses=refusals(*REFUSALS, ProductNotInShow, QuestionDismissed, QuestionNotFound),
)
async def ask_question(
    credentials: CredentialsDep,
    show_id: str,
    body: NewQuestion,
    database: DatabaseDep,
    room: RoomDep,
    streaming: StreamingDep,
) -> AskedOut:
    """Ask about a product of a show that is on the air, or about the show; who asks does so as who
    writes a message. What others ask already has one asker more: a person asks a question once.
    """
    show = ids.parse("show", show_id)
    product_id = ids.parse("prod", body.product_id) if body.product_id else None
    now = await room.media_now(show, streaming.moment)
    async with database.session() as session:
        writer = await find_writer(session, database, room, credentials, body)
        asked = await service.ask(
            session,
            room.pace,
            show_id=show,
            writer=writer,
            secret=room.secret,
            text=body.text,
            product_id=product_id,
            seen_at=body.media_at,
            now=now,
        )
    return asked_view(asked)


@router.post(
    "/questions/{question_id}/askers",
    status_code=201,
    responses=refusals(*REFUSALS, QuestionDismissed, QuestionNotFound),
)
async def join_question(
    credentials: CredentialsDep,
    question_id: str,
    body: JoinedQuestion,
    database: DatabaseDep,
    room: RoomDep,
) -> AskedOut:
    """Ask what others ask. Joining twice is joining once."""
    question = ids.parse("qst", question_id)
    async with database.session() as session:
        writer = await find_writer(session, database, room, credentials, body)
        asked = await service.join_question(
            session, room.pace, question_id=question, writer=writer, secret=room.secret
        )
    return asked_view(asked)


@router.get("/shows/{show_id}/questions", responses=refusals(NotFound, ShowNotFound))
async def list_questions(show_id: str, database: DatabaseDep, room: RoomDep) -> QuestionsOut:
    """What is asked while the show is on the air, and what was answered, also in its recording. The
    answer may be a second old.
    """
    show = ids.parse("show", show_id)

    async def read() -> QuestionsOut:
        async with database.session() as session:
            return questions_view(await service.list_questions(session, show_id=show))

    return await room.questions.get(show, read)


@router.get("/shows/{show_id}/asked", responses=refusals(NotAuthenticated, NotFound, ShowNotFound))
async def list_asked(show_id: str, session: SessionDep, person: CurrentPerson) -> TeamQuestionsOut:
    """What is asked in a show, for its team: also what it dismissed, and how others put it."""
    found = await service.list_asked(session, person=person, show_id=ids.parse("show", show_id))
    return team_questions_view(found)


@router.post("/questions/{question_id}/answer", responses=refusals(*OWN, NotAllowedInState))
async def answer_question(
    question_id: str,
    database: DatabaseDep,
    person: Moderator,
    room: RoomDep,
    streaming: StreamingDep,
) -> TeamQuestionOut:
    """The host answers it now: the sheet of the product and the replay lead to this second. Where
    two say so at once the first has stamped it.
    """
    question = ids.parse("qst", question_id)
    async with database.session() as session:
        show = await service.show_of_question(session, person=person, question_id=question)
    media_at = await room.media_now(show, streaming.moment)
    async with database.session() as session:
        answered = await service.answer_question(
            session, person=person, question_id=question, media_at=media_at
        )
    return team_question_view(answered)


@router.post("/questions/{question_id}/dismiss", responses=refusals(*OWN))
async def dismiss_question(
    question_id: str, session: SessionDep, person: Moderator
) -> TeamQuestionOut:
    """Take a question off everybody's list; nobody can join it."""
    return team_question_view(
        await service.dismiss_question(
            session, person=person, question_id=ids.parse("qst", question_id)
        )
    )


@router.post("/questions/{question_id}/reopen", responses=refusals(*OWN))
async def reopen_question(
    question_id: str, session: SessionDep, person: Moderator
) -> TeamQuestionOut:
    """It waits for its answer again, whatever was decided; one that is held is let through."""
    return team_question_view(
        await service.reopen_question(
            session, person=person, question_id=ids.parse("qst", question_id)
        )
    )
