"""JSON routes of the lists of words that sellers keep."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.room.errors import ChatWordNotFound, ChatWordsFull, ChatWordUnreadable
from showfloor.room.schemas import AddedWordsOut, ListedWordsOut, NewWords
from showfloor.room.service import words as service
from showfloor.room.views import added_words_view, listed_words_view

router = APIRouter(prefix="/api/v1/merchants/{merchant_id}/chat-words", tags=["merchants"])
OWN = (NotAuthenticated, Forbidden, NotFound)


@router.get("", responses=refusals(*OWN))
async def list_chat_words(
    merchant_id: str, session: SessionDep, person: CurrentPerson
) -> ListedWordsOut:
    """What nobody writes in shows with this seller's goods, and what waits for a moderator."""
    found = await service.list_words(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    return listed_words_view(found)


@router.post(
    "", status_code=201, responses=refusals(*OWN, CsrfFailed, ChatWordUnreadable, ChatWordsFull)
)
async def add_chat_words(
    merchant_id: str, body: NewWords, session: SessionDep, person: CurrentPerson
) -> AddedWordsOut:
    """Put words and phrases on the list, each in a line. They count from the next message,
    question or name on, also in shows that are on the air.
    """
    added = await service.add_words(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant_id),
        language=body.language,
        effect=body.effect,
        lines=body.lines,
    )
    return added_words_view(added)


@router.delete(
    "/{word_id}", status_code=204, responses=refusals(*OWN, CsrfFailed, ChatWordNotFound)
)
async def remove_chat_word(
    merchant_id: str, word_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """Take an entry off the list; what waits because of it goes on waiting."""
    await service.remove_word(
        session,
        person=person,
        merchant_id=ids.parse("mer", merchant_id),
        word_id=ids.parse("wrd", word_id),
    )
