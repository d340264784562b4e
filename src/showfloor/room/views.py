"""Messages as wire models."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from showfloor.kit import clock, ids
from showfloor.room.schemas import (
    ActionOut,
    ActionsOut,
    AddedWordsOut,
    AskedOut,
    CaseOut,
    CasesOut,
    HeldOut,
    InvitedModeratorOut,
    ListedWordOut,
    ListedWordsOut,
    MessageOut,
    MessagesOut,
    ModeratorOut,
    ModeratorsOut,
    QuestionOut,
    QuestionsOut,
    ReasonOut,
    SentOut,
    TeamQuestionOut,
    TeamQuestionsOut,
    WishOut,
)
from showfloor.room.types import (
    MOST_WORDS,
    AddedWords,
    Asked,
    Case,
    Cases,
    ChatSettings,
    ListedWord,
    Logged,
    Message,
    MessageState,
    Moderators,
    Question,
    Queue,
    Said,
    Sent,
    TeamQuestions,
    Wish,
)
from showfloor.shows.schemas import RoomChat


def message_view(message: Message) -> MessageOut:
    return MessageOut.model_validate(message, from_attributes=True)


def messages_view(said: Said) -> MessagesOut:
    return MessagesOut(
        items=[message_view(message) for message in said.messages],
        pinned=message_view(said.pinned) if said.pinned else None,
    )


def sent_view(sent: Sent) -> SentOut:
    held = sent.message.state is MessageState.HELD
    return SentOut(
        **message_view(sent.message).model_dump(),
        token=sent.token,
        held=held,
        wish=_wish_view(sent.wish) if sent.wish else None,
    )


def _wish_view(wish: Wish) -> WishOut:
    return WishOut(
        key=wish.key,
        item_number=wish.item_number,
        product_id=ids.encode("prod", wish.product_id) if wish.product_id else None,
        sku=wish.skus[0] if wish.is_clear else None,
        skus=list(wish.skus),
        quantity=wish.quantity,
    )


def held_view(queue: Queue) -> HeldOut:
    return HeldOut(items=[message_view(each) for each in queue.messages], count=queue.count)


def question_view(question: Question) -> QuestionOut:
    return QuestionOut.model_validate(question, from_attributes=True)


def questions_view(found: Sequence[Question]) -> QuestionsOut:
    return QuestionsOut(items=[question_view(question) for question in found])


def asked_view(asked: Asked) -> AskedOut:
    return AskedOut(**question_view(asked.question).model_dump(), token=asked.token)


def team_question_view(question: Question) -> TeamQuestionOut:
    return TeamQuestionOut.model_validate(question, from_attributes=True)


def team_questions_view(found: TeamQuestions) -> TeamQuestionsOut:
    return TeamQuestionsOut(
        items=[team_question_view(question) for question in found.items], waiting=found.waiting
    )


def actions_view(found: Sequence[Logged]) -> ActionsOut:
    return ActionsOut(items=[_action_view(each) for each in found])


def _action_view(logged: Logged) -> ActionOut:
    action = logged.action
    # The words of an erased person are gone.
    message = logged.message if logged.message and logged.message.text else None
    said = message or logged.question
    return ActionOut(
        id=ids.encode("act", action.id),
        at=clock.rfc3339(action.at),
        kind=action.kind,
        message=ids.encode("msg", action.message_id) if action.message_id else None,
        question=ids.encode("qst", action.question_id) if action.question_id else None,
        writer=said.name if said else None,
        text=said.text if said else None,
        person=ids.encode("per", action.person_id),
        by=logged.by,
        reason=action.reason,
        detail=action.detail,
        undo=logged.undo,
    )


def moderators_view(found: Moderators, own: UUID) -> ModeratorsOut:
    return ModeratorsOut(
        items=[
            ModeratorOut(
                id=ids.encode("per", one.person_id),
                name=one.name,
                email=one.email,
                own=one.person_id == own,
            )
            for one in found.members
        ],
        invitations=[
            InvitedModeratorOut(
                id=ids.encode("inv", one.id),
                email=one.email,
                expires_at=clock.rfc3339(one.expires_at),
            )
            for one in found.invitations
        ],
    )


def settings_view(settings: ChatSettings) -> RoomChat:
    return RoomChat.model_validate(settings, from_attributes=True)


def listed_words_view(listed: Sequence[ListedWord]) -> ListedWordsOut:
    return ListedWordsOut(items=[_word_view(one) for one in listed], most=MOST_WORDS)


def added_words_view(added: AddedWords) -> AddedWordsOut:
    whole = listed_words_view(added.items)
    return AddedWordsOut(**whole.model_dump(), added=added.added, known=added.known)


def _word_view(listed: ListedWord) -> ListedWordOut:
    return ListedWordOut.model_validate(listed, from_attributes=True)


def cases_view(found: Cases) -> CasesOut:
    return CasesOut(items=[_case_view(each) for each in found.items], count=found.count)


def _case_view(case: Case) -> CaseOut:
    reasons = [ReasonOut(reason=reason, count=count) for reason, count in case.reasons.items()]
    return CaseOut(
        **message_view(case.message).model_dump(),
        reports=case.reports,
        reasons=reasons,
        reported_at=clock.rfc3339(case.reported_at),
    )
