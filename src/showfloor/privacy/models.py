"""Tables of `privacy`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit.db import Base, personal


class RequestRow(Base):
    """`sealed` is who asked and what they wrote, encrypted with the installation's secret: the
    person's own key goes in the middle of an erasure, which needs this to go on.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        Index("ix_privacy_request_open", "due_at", postgresql_where=text("done_at is null")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    viewer_id: Mapped[UUID | None] = personal("privacy", index=True)
    sealed: Mapped[bytes | None] = personal("privacy", LargeBinary)


class ReceiptRow(Base):
    """Written in the transaction that erased. `rows` are those of all rounds; `at` is null as long
    as something waits, and the receipt is not given.
    """

    __tablename__ = "privacy_receipt"
    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("privacy_request.id", ondelete="cascade"), primary_key=True
    )
    eraser: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]
    at: Mapped[datetime | None]


class EvidenceRow(Base):
    """What was decided, chained by hashes. Triggers of the database refuse to change, delete or
    empty it (migration 0063).
    """

    __tablename__ = "evidence"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    event: Mapped[str]
    actor: Mapped[str]
    subject: Mapped[str]
    policy: Mapped[str]
    facts: Mapped[str]
    previous: Mapped[str]
    digest: Mapped[str]


class EvidenceHeadRow(Base):
    """One row: where the chain ends. Whoever appends locks it, so that there is one chain; an entry
    that is taken away from the end is missed by it.
    """

    __tablename__ = "evidence_head"
    __table_args__ = (CheckConstraint("one", name="one"),)
    one: Mapped[bool] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]


class CaseRow(Base):
    """A suspicion that somebody is a child. `subject_id` leads to the person until they are erased;
    `words` is an operator's sentence, encrypted with the installation's secret, `salt` what its
    hash in the evidence was made with.
    """

    __tablename__ = "suspicion"
    __table_args__ = (
        Index(
            "uq_suspicion_open",
            "about",
            "subject_id",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_suspicion_subject_id", "subject_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    about: Mapped[str]
    subject_id: Mapped[UUID | None] = personal("privacy")
    source: Mapped[str]
    by: Mapped[str]
    state: Mapped[str]
    reports: Mapped[int]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    proof: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    decision: Mapped[str | None]
    reason: Mapped[str | None]
    words: Mapped[bytes | None] = personal("privacy", LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
