"""Refusals of `room`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class ChatClosed(AppError):
    """Nobody writes now: the show is not on the air."""

    code = "chat_closed"
    status = 409


class ChatPaused(AppError):
    """The show's team has stopped the chat; the show goes on."""

    code = "chat_paused"
    status = 409


class ChatMuted(AppError):
    """This writer may not write: for `wait_s` seconds more, or, without it, in this show."""

    code = "chat_muted"
    status = 403


class ChatNoAccount(AppError):
    """Who wrote that was no account's: there is only this show to mute them in."""

    code = "chat_no_account"
    status = 409


class ChatEmojiOnly(AppError):
    code = "chat_emoji_only"
    status = 422


class ChatWordsRefused(AppError):
    """The message or the name has a word of `rules/insults.json`, or of the list of a seller."""

    code = "chat_words_refused"
    status = 422


class ChatBuyersOnly(AppError):
    """Only who bought from one of the show's sellers writes now."""

    code = "chat_buyers_only"
    status = 403


class ChatNameNeeded(AppError):
    """A guest's first message says under which name."""

    code = "chat_name_needed"
    status = 422


class ChatNameReserved(AppError):
    """The name reads like one of the show's team, or of nobody."""

    code = "chat_name_reserved"
    status = 422


class ChatTokenInvalid(AppError):
    """Nobody writes in this show with that token: ask for the name again."""

    code = "chat_token_invalid"
    status = 401


class HeartsClosed(AppError):
    """Nobody sends hearts now: the show is not on the air."""

    code = "hearts_closed"
    status = 409


class WritingTooFast(AppError):
    """`seconds` until the next message is taken."""

    code = "writing_too_fast"
    status = 429


class MessageDecided(AppError):
    """Another moderator has decided otherwise on this message, or its writer was muted."""

    code = "message_decided"
    status = 409


class MessageNotFound(AppError):
    code = "message_not_found"
    status = 404


class QuestionNotFound(AppError):
    code = "question_not_found"
    status = 404


class QuestionDecided(AppError):
    """Somebody else of the team has decided on this question."""

    code = "question_decided"
    status = 409


class QuestionDismissed(AppError):
    """The show's team has put this question aside, in these words."""

    code = "question_dismissed"
    status = 409


class ChatWordUnreadable(AppError):
    """A line to be put on a list has no word of two letters. `line` counts from 1."""

    code = "chat_word_unreadable"
    status = 422


class ChatWordsFull(AppError):
    """A seller's list would have more than `most` entries."""

    code = "chat_words_full"
    status = 409


class ChatWordNotFound(AppError):
    code = "chat_word_not_found"
    status = 404
