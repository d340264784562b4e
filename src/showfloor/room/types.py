"""A message as others see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.identity.types import Invitation, Member


class ChatRole(StrEnum):
    """As what somebody writes; all but a viewer have a badge."""

    VIEWER = "viewer"
    HOST = "host"
    MERCHANT = "merchant"
    MODERATOR = "moderator"

    @property
    def staff(self) -> bool:
        return self is not ChatRole.VIEWER

    @property
    def sells(self) -> bool:
        """The show is theirs: what they say is not looked at, and stays unless they delete it."""
        return self in (ChatRole.HOST, ChatRole.MERCHANT)


class MessageState(StrEnum):
    """`HELD`: nobody but its writer and the moderators has it until they decide."""

    SHOWN = "shown"
    HELD = "held"
    DELETED = "deleted"


class Review(StrEnum):
    """Which messages a moderator approves before anybody else sees them. `SUSPECTED` is what leads
    away from the show: links, names on other services, addresses and numbers.
    """

    NOTHING = "nothing"
    SUSPECTED = "suspected"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is noted about an account in the chat of a show, or of all shows of a host: `where` is
    the title or the name, by language.
    """

    where: Mapping[str, str]
    muted_until: datetime | None
    has_bought: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes in one show. `person_id` is None for a guest, who has a token;
    `viewer_id` is the account that a guest is signed in with. `has_bought`: a guest showed an order
    of one of the show's sellers. `is_limited`: the age that a guest gave is doubted.
    """

    id: UUID
    show_id: UUID
    person_id: UUID | None
    name: str
    muted_until: datetime | None = None
    viewer_id: UUID | None = None
    has_bought: bool = False
    is_limited: bool = False

    @property
    def account_id(self) -> UUID | None:
        """What stays the same when they come back on another device."""
        return self.person_id or self.viewer_id


@dataclass(frozen=True, slots=True)
class Message:
    """`media_at` is the moment on the show clock at which it was said."""

    id: UUID
    show_id: UUID
    author_id: UUID
    role: ChatRole
    name: str
    text: str
    at: datetime
    media_at: datetime
    reply_to: UUID | None = None
    state: MessageState = MessageState.SHOWN


class QuestionState(StrEnum):
    """A dismissed one is the show's team's alone, and so is one that is held, until they let it
    through or answer it.
    """

    OPEN = "open"
    HELD = "held"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Question:
    """What one or many ask, about a product or, without one, about the show. `text` and `name` are
    those of the first whose words are kept, `askers` how many ask it, `also` what others of them
    wrote. `media_at` is the moment of the show that the first one was watching, `answered_at` the
    one at which the answer was given, both on the show clock.
    """

    id: UUID
    show_id: UUID
    product_id: UUID | None
    state: QuestionState
    text: str
    name: str
    askers: int
    at: datetime
    media_at: datetime
    answered_at: datetime | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamQuestions:
    """A list for the show's team: those that wait first. `waiting` is how many of them there are,
    also beyond the list.
    """

    items: tuple[Question, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody who asks gets: the question, perhaps one that others asked before, and for a
    new guest the token of the next ones.
    """

    question: Question
    token: str | None


@dataclass(frozen=True, slots=True)
class Asking:
    """What one person asks; `text` is None where they joined others."""

    at: datetime
    name: str
    text: str | None


class ActionKind(StrEnum):
    """What the show's team did, with a message, with a question or with the whole chat."""

    DELETE = "delete"
    RESTORE = "restore"
    MUTE = "mute"
    UNMUTE = "unmute"
    SETTINGS = "settings"
    PAUSE = "pause"
    RESUME = "resume"
    PIN = "pin"
    UNPIN = "unpin"
    ANSWER = "answer"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    APPROVE = "approve"
    REFUSE = "refuse"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Action:
    """Who did it is known by id; `reason` is the team's own note. `detail` is how long somebody is
    muted (`10 min`, `show`), or what the settings were before.
    """

    id: UUID
    show_id: UUID
    message_id: UUID | None
    person_id: UUID
    kind: ActionKind
    reason: str
    at: datetime
    detail: str = ""
    question_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """An action as the team reads it: `by` is the name of who did it, `message` or `question` what
    it was about. An erased person's name is empty, and so are their words. `undo` takes it back,
    where that still changes something.
    """

    action: Action
    by: str
    message: Message | None
    undo: ActionKind | None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What holds for everybody but the team: `slow_s` seconds between two messages of a writer
    (0: the usual pace), messages of emoji alone, of people alone who bought from one of the show's
    sellers, or no messages at all. `review` is what waits for
    a moderator, `pinned_id` the message that stands above all others, for everybody.
    `buy_by_comment`: what a viewer writes may be a wish (`mine 12`).
    """

    slow_s: int = 0
    emoji_only: bool = False
    buyers_only: bool = False
    closed: bool = False
    review: Review = Review.NOTHING
    pinned_id: UUID | None = None
    buy_by_comment: bool = True


@dataclass(frozen=True, slots=True)
class Moderators:
    """Whom the host named to moderate this show's chat, and who was asked by mail."""

    members: list[Member]
    invitations: list[Invitation]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message was understood to want of the show's shelf. `skus` are the variants that may
    be meant; clear: it is the one. Without a product no item of the show has that number. `key` is
    the Idempotency-Key of what the message holds: the message's own, and its writer's secret.
    """

    item_number: int
    key: str
    product_id: UUID | None = None
    skus: tuple[str, ...] = ()
    quantity: int = 1
    is_clear: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What the writer gets: the message, for a new guest the token of the next ones, and what of
    the show's goods it was understood to want.
    """

    message: Message
    token: str | None
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a moderator, the oldest first, at most so many of `count`."""

    messages: list[Message]
    count: int


@dataclass(frozen=True, slots=True)
class Said:
    """A part of what was said, the oldest first, and the message that is pinned in the show, also
    when it is of another part.
    """

    messages: list[Message]
    pinned: Message | None


class WordLanguage(StrEnum):
    """Of an entry of a seller's list; `AR_LATN` is Arabic as it is typed in Latin letters."""

    EN = "en"
    AR = "ar"
    AR_LATN = "ar-Latn"


class WordEffect(StrEnum):
    """What becomes of what people write with such a word in it."""

    REFUSE = "refuse"
    HOLD = "hold"


MOST_WORDS = 500
"""Entries of a seller's list, in all languages."""


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word or phrase of a seller's list; `key` is the same for all that find the same."""

    id: UUID
    text: str
    key: str
    language: WordLanguage
    effect: WordEffect


@dataclass(frozen=True, slots=True)
class AddedWords:
    """The whole list, and how many of the lines are new in it; the others were there."""

    items: tuple[ListedWord, ...]
    added: int
    known: int


class ReportReason(StrEnum):
    """Why somebody reports a message."""

    UNKIND = "unkind"
    SPAM = "spam"
    PRIVATE = "private"
    CHILD = "child"
    """Whoever wrote it may be a child."""
    OTHER = "other"


class CaseDecision(StrEnum):
    """What the team does about a reported message; who is muted is so for `MUTED_FOR` minutes, and
    the message is deleted.
    """

    DELETE = "delete"
    MUTE = "mute"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Case:
    """A message that is shown and was reported: how often for which reason, and first when."""

    message: Message
    reasons: Mapping[ReportReason, int]
    reported_at: datetime

    @property
    def reports(self) -> int:
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class Cases:
    """What waits for a decision, the most reported first, at most so many of `count`."""

    items: tuple[Case, ...]
    count: int
