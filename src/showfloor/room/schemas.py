"""Wire models of `room`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from showfloor.identity.schemas import AgeIn
from showfloor.kit.fields import Email
from showfloor.kit.schemas import Moment, Time, id_with
from showfloor.room.rules.names import LONGEST_NAME, clean_name
from showfloor.room.rules.pace import LONGEST_MUTE, MOST_HEARTS, SLOWEST
from showfloor.room.rules.words import LONGEST, clean_message
from showfloor.room.types import (
    MOST_WORDS,
    ActionKind,
    CaseDecision,
    ChatRole,
    QuestionState,
    ReportReason,
    Review,
    WordEffect,
    WordLanguage,
)

# Letters are looked at one by one, so what is far too long is refused before it is cleaned.
MessageText = Annotated[
    str,
    StringConstraints(max_length=4 * LONGEST),
    AfterValidator(clean_message),
    StringConstraints(min_length=1, max_length=LONGEST),
]
ChatName = Annotated[
    str,
    StringConstraints(max_length=10 * LONGEST_NAME),
    AfterValidator(clean_name),
    StringConstraints(min_length=1, max_length=LONGEST_NAME),
]

LONGEST_REASON = 200
"""Characters of the team's note on what it did."""
ActionReason = Annotated[
    str,
    StringConstraints(max_length=4 * LONGEST_REASON),
    AfterValidator(clean_message),
    Field(max_length=LONGEST_REASON, description="a note for the team's log"),
]


LONGEST_WORD = 60
"""Characters of an entry of a seller's list."""
WordLine = Annotated[
    str,
    StringConstraints(max_length=4 * LONGEST_WORD),
    AfterValidator(clean_message),
    Field(max_length=LONGEST_WORD),
]


class AgeInChat(AgeIn):
    """What decides at the gate, out of a body of which nothing else has been looked at."""

    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="of the show's market, ISO 3166-1 alpha-2, as it was said for the admission",
    )


class Written(AgeInChat):
    """Who writes. `name` and the answer about the age are those of the first thing that a guest
    writes; who has a token leaves them out.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    name: ChatName | None = None
    order: str | None = Field(
        None,
        max_length=200,
        repr=False,
        description="the token of an order's page, `/o/{token}`: a guest's proof of a purchase "
        "while `buyers_only` holds",
    )


class NewMessage(Written):
    text: MessageText
    reply_to: str | None = Field(None, description="the id of a message of this show")


class NewQuestion(Written):
    """`media_at` is the moment of the picture that the asker sees, on the show clock: earlier than
    now in a show that is watched from its beginning.
    """

    text: MessageText
    product_id: str | None = Field(None, description="the id of a product on the show's shelf")
    # A text, because strict JSON has no times.
    media_at: Annotated[Moment | None, Field(strict=False)] = None


class JoinedQuestion(Written):
    pass


class QuestionOut(BaseModel):
    """What people ask, as everybody sees it. `text` is how it was first put, `askers` how many ask
    it; `media_at` is the moment of the show at which it was asked, `answered_at` the one at which
    it was answered, both on the show clock.
    """

    id: Annotated[str, id_with("qst")]
    product_id: Annotated[str, id_with("prod")] | None
    text: str
    askers: int
    state: QuestionState
    media_at: Time
    answered_at: Time | None


class AskedOut(QuestionOut):
    """The question that now has one asker more: perhaps one that was there before. Where it is
    `held`, it waits for the show's team, and stands in the asker's own words. `token` is the
    Bearer of this guest's next messages and questions in the show.
    """

    token: str | None


class QuestionsOut(BaseModel):
    """Open ones first, by how many ask; then answered ones, the newest answer first."""

    items: list[QuestionOut]


class TeamQuestionOut(QuestionOut):
    """`name` is whose words `text` is; `also` is how others put it."""

    name: str
    also: list[str]


class TeamQuestionsOut(BaseModel):
    """Those that wait first, by how many ask; then answered ones, then dismissed ones. `waiting` is
    how many wait, also beyond the list. One that is `held` nobody but the team reads.
    """

    items: list[TeamQuestionOut]
    waiting: int


class HeartsIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    count: int = Field(1, ge=1, le=MOST_HEARTS)


class MessageOut(BaseModel):
    """A message as everybody sees it. `media_at` is the moment on the show clock at which it was
    said.
    """

    id: Annotated[str, id_with("msg")]
    name: str
    role: ChatRole
    text: str
    at: Time
    media_at: Time
    reply_to: Annotated[str, id_with("msg")] | None


class WishOut(BaseModel):
    """What a message was understood to want, for its writer alone. Nothing is held by that: who
    wants it asks for a hold of `sku` with `key` as the `Idempotency-Key`, so that one message holds
    once. `sku` is null where it is not clear which of `skus` is meant, or whether any is;
    `product_id` where no item of the show has that number.
    """

    key: str
    item_number: int
    product_id: Annotated[str, id_with("prod")] | None
    sku: str | None
    skus: list[str]
    quantity: int


class SentOut(MessageOut):
    """`token` is the Bearer of this guest's next messages in the show; only the first one has it.
    `held`: nobody but the writer and the show's moderators sees the message until one approves it.
    Then it comes as an event `message`; when it is refused, as one that is `deleted`. `wish`: it
    reads like `mine 12`, and the host has buying by comment on; null for all other messages.
    """

    token: str | None
    held: bool
    wish: WishOut | None


class HeldOut(BaseModel):
    """What waits for a moderator, the oldest first, at most 100 of `count`."""

    items: list[MessageOut]
    count: int


class MessagesOut(BaseModel):
    """By the moment they were said, the oldest first. `pinned` is the show's pinned message, also
    when it was said at another moment; null when none is, or it is shown no more.
    """

    items: list[MessageOut]
    pinned: MessageOut | None


class ActionOut(BaseModel):
    """`person` is the id of whoever did it and `by` their name, empty when they were erased.
    `detail` is how long somebody is muted (`10 min`, `show`, `account`), or what the settings were
    before. `writer` and `text` are those of the message or the question, also while it is deleted
    or dismissed; null where it was about none, or nothing of it is kept. `undo` is what takes the
    action back, null where that changes nothing any more.
    """

    id: Annotated[str, id_with("act")]
    at: Time
    kind: ActionKind
    message: Annotated[str, id_with("msg")] | None
    question: Annotated[str, id_with("qst")] | None
    writer: str | None
    text: str | None
    person: Annotated[str, id_with("per")]
    by: str
    reason: str
    detail: str
    undo: ActionKind | None


class ActionsOut(BaseModel):
    """The newest first."""

    items: list[ActionOut]


class SettingsChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(strict=True, extra="forbid")
    slow_s: int = Field(0, ge=0, le=SLOWEST, description="seconds between two messages of a writer")
    emoji_only: bool = False
    buyers_only: bool = Field(
        False, description="only who has a paid order of one of the show's sellers writes"
    )
    closed: bool = Field(False, description="nobody but the team writes")
    buy_by_comment: bool = Field(
        True, description="what viewers write (`mine 12`, `12 M`) is understood as a wish"
    )
    review: Review = Field(
        Review.NOTHING,
        strict=False,
        description="which messages of others wait until a moderator approves them; `suspected`: "
        "those with links, names on other services, addresses or numbers",
    )
    reason: ActionReason = ""


class MuteIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    minutes: int | None = Field(
        None, ge=1, le=LONGEST_MUTE // timedelta(minutes=1), description="null: in this show"
    )
    account: bool = Field(False, description="in all shows of this host, whatever `minutes` says")
    reason: ActionReason = ""


class ModeratorOut(BaseModel):
    """`own`: the one who asks."""

    id: Annotated[str, id_with("per")]
    name: str
    email: str
    own: bool


class InvitedModeratorOut(BaseModel):
    id: Annotated[str, id_with("inv")]
    email: str
    expires_at: Time


class ModeratorsOut(BaseModel):
    """Members by the age of their accounts, invitations newest first."""

    items: list[ModeratorOut]
    invitations: list[InvitedModeratorOut]


class ModeratorIn(BaseModel):
    """`language` is that of the mail."""

    model_config = ConfigDict(strict=True, extra="forbid")
    email: Email
    language: Literal["en", "ar"]


class NamedOut(BaseModel):
    """`mailed`: the address got a link. Otherwise it is somebody of the host's team, who moderates
    already.
    """

    mailed: bool


class ReportIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    reason: ReportReason = Field(strict=False)


class ReasonOut(BaseModel):
    reason: ReportReason
    count: int


class CaseOut(MessageOut):
    """A message as it was said, with how many reported it, why, and when the first did."""

    reports: int
    reasons: list[ReasonOut]
    reported_at: Time


class CasesOut(BaseModel):
    """The most reported first, at most 100 of `count`."""

    items: list[CaseOut]
    count: int


class DecisionIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    decision: CaseDecision = Field(strict=False)


class ListedWordOut(BaseModel):
    """A word or phrase of a seller's list, as it was typed."""

    id: Annotated[str, id_with("wrd")]
    text: str
    language: WordLanguage
    effect: WordEffect


class ListedWordsOut(BaseModel):
    """By language and letter. `most` is how many entries a list may have."""

    items: list[ListedWordOut]
    most: int


class AddedWordsOut(ListedWordsOut):
    """The whole list; of the lines that were sent, so many are new in it, and so many stood there,
    and now have this language and effect.
    """

    added: int
    known: int


class NewWords(BaseModel):
    """One word or phrase a line; empty lines are left out. `language` is for those who read the
    list: what an entry finds does not depend on it. `hold`: a moderator looks first at what is
    written with it; `refuse`: it is not taken.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    language: WordLanguage = Field(strict=False)
    effect: WordEffect = Field(strict=False)
    lines: list[WordLine] = Field(max_length=MOST_WORDS)


class RoomMessage(MessageOut):
    """Event `message`: somebody said something. It has no `id:` line: a viewer that comes back gets
    the last 50 anew, before the first `state`, and forgets those from before.
    """

    seq: int
    ts: int


class RoomMessageGone(BaseModel):
    """Event `message`: a message is shown no more."""

    seq: int
    ts: int
    id: Annotated[str, id_with("msg")]
    deleted: Literal[True]
