"""Tables of `room`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Sequence, UniqueConstraint, false, true
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal

CHANGES = Sequence("chat_change", data_type=BigInteger, metadata=Base.metadata)
"""Numbers of changes, across all shows. Some are never seen: of transactions that failed."""


QUESTION_CHANGES = Sequence("chat_question_change", data_type=BigInteger, metadata=Base.metadata)
"""The same of questions."""


class AuthorRow(Base):
    """`network` is a keyed digest of where a guest came from, kept for a day."""

    __tablename__ = "chat_author"
    __table_args__ = (
        UniqueConstraint("show_id", "person_id"),
        Index(
            "ix_chat_author_muted",
            "show_id",
            "network",
            postgresql_where=sql("muted_until is not null"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    person_id: Mapped[UUID | None] = personal("room", index=True)
    name: Mapped[str] = personal("room")
    network: Mapped[bytes | None] = personal("room", LargeBinary)
    token_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    # Whose account a guest was signed in with; each of its browsers has a row of its own.
    viewer_id: Mapped[UUID | None] = personal("room", index=True)
    muted_until: Mapped[datetime | None]
    # Showed once that an order of one of the show's sellers is theirs.
    has_bought: Mapped[bool] = mapped_column(server_default=false())
    # Since when somebody doubts the age that this guest gave (`privacy`, suspicions).
    limited_at: Mapped[datetime | None] = personal("room")
    created_at: Mapped[datetime] = mapped_column(index=True)


class AccountMuteRow(Base):
    """An account that writes in none of a host's shows until then, on whatever device."""

    __tablename__ = "chat_account_mute"
    __table_args__ = (
        UniqueConstraint("creator_id", "account_id"),
        Index("ix_chat_account_mute_account_id", "account_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    creator_id: Mapped[UUID]
    # A viewer's or a person's: ids of both are drawn from one set.
    account_id: Mapped[UUID] = personal("room")
    until: Mapped[datetime] = mapped_column(index=True)


class ActionRow(Base):
    """What moderators did. No foreign keys: the log outlives what it is about."""

    __tablename__ = "chat_action"
    __table_args__ = (Index("ix_chat_action_show_id_id", "show_id", "id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    message_id: Mapped[UUID | None]
    question_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    kind: Mapped[str]
    reason: Mapped[str] = personal("room")
    detail: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class SettingsRow(Base):
    """What holds in the chat of a show; without a row nothing is set."""

    __tablename__ = "chat_settings"
    show_id: Mapped[UUID] = mapped_column(primary_key=True)
    slow_s: Mapped[int]
    emoji_only: Mapped[bool]
    buyers_only: Mapped[bool] = mapped_column(server_default=false())
    closed: Mapped[bool]
    review: Mapped[str] = mapped_column(server_default="nothing")
    pinned_id: Mapped[UUID | None]
    buy_by_comment: Mapped[bool] = mapped_column(server_default=true())


class HeartsRow(Base):
    """How many hearts a show was sent; `fanout` reads it."""

    __tablename__ = "room_hearts"
    room_id: Mapped[UUID] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)


class MessageRow(Base):
    """`change` is a new number after every change. `name` is what the writer was called then."""

    __tablename__ = "chat_message"
    __table_args__ = (
        Index("ix_chat_message_show_id_change", "show_id", "change"),
        Index("ix_chat_message_show_id_media_at", "show_id", "media_at"),
        Index("ix_chat_message_held", "show_id", "id", postgresql_where=sql("state = 'held'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[str]
    name: Mapped[str] = personal("room")
    text: Mapped[str] = personal("room")
    at: Mapped[datetime] = mapped_column(index=True)
    media_at: Mapped[datetime]
    reply_to: Mapped[UUID | None]
    state: Mapped[str]
    change: Mapped[int] = mapped_column(
        BigInteger, unique=True, server_default=CHANGES.next_value()
    )


class QuestionRow(Base):
    """What is asked; its words are those of its askers. `key` is a digest of the words that it was
    first asked with: of two who ask the same at one moment the second joins the first.
    """

    __tablename__ = "chat_question"
    __table_args__ = (UniqueConstraint("show_id", "key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    key: Mapped[bytes | None] = personal("room", LargeBinary)
    state: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    media_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    change: Mapped[int] = mapped_column(BigInteger, server_default=QUESTION_CHANGES.next_value())


class AskerRow(Base):
    """Somebody who asks a question, with words of their own or without. `asker_id` is their
    account, or the author where they have none: it asks once, on whatever device.
    """

    __tablename__ = "chat_asker"
    __table_args__ = (UniqueConstraint("question_id", "asker_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID] = mapped_column(index=True)
    question_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(index=True)
    asker_id: Mapped[UUID] = personal("room")
    name: Mapped[str] = personal("room")
    text: Mapped[str | None] = personal("room")
    at: Mapped[datetime] = mapped_column(index=True)


class WordListRow(Base):
    """`version` is a new one after every change of a seller's list."""

    __tablename__ = "chat_word_list"
    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[UUID]


class WordRow(Base):
    """What a seller wants nobody to write in shows with their goods, or to look at first."""

    __tablename__ = "chat_word"
    __table_args__ = (UniqueConstraint("merchant_id", "key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID]
    key: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    effect: Mapped[str]


class ReportRow(Base):
    """Somebody reported a message. Of who it was nothing is known but a keyed digest of the network
    for a day: whoever is reported, and the team, never learn who it was. `decided`: the team has
    looked at the message and keeps it.
    """

    __tablename__ = "chat_report"
    __table_args__ = (
        UniqueConstraint("message_id", "network"),
        Index("ix_chat_report_open", "show_id", "message_id", postgresql_where=sql("not decided")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    show_id: Mapped[UUID]
    message_id: Mapped[UUID]
    network: Mapped[bytes | None] = personal("room", LargeBinary)
    reason: Mapped[str]
    decided: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)
