"""Values of suspicions that somebody is a child (trust.md CH-16)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from showfloor.kit.db import Session
from showfloor.privacy.types.evidence import Actor


class About(StrEnum):
    """Whose age is in question: by what they are known here."""

    ACCOUNT = "account"
    GUEST = "guest"
    """One browser in the chat of one show."""
    ORDER = "order"
    """A purchase without an account."""


class Source(StrEnum):
    """Where it was noticed."""

    CHAT = "chat"
    ORDER = "order"
    STUDIO = "studio"
    OPERATOR = "operator"


class CaseState(StrEnum):
    OPEN = "open"
    PURGING = "purging"
    """Decided; what is known of the person is being erased."""
    CLOSED = "closed"


class Decision(StrEnum):
    ADULT = "adult"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Somebody says that a person may be a child."""

    about: About
    subject_id: UUID
    source: Source
    by: Actor


@dataclass(frozen=True, slots=True)
class AgeCase:
    """`subject_id` is None once it is forgotten; `reports` counts those of whoever else said it."""

    id: UUID
    about: About
    subject_id: UUID | None
    source: Source
    by: Actor
    state: CaseState
    reports: int
    opened_at: datetime
    due_at: datetime
    reviewed_at: datetime | None = None
    appealed_at: datetime | None = None
    proof: str | None = None
    decided_at: datetime | None = None
    decision: Decision | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How an operator closes a case. `words` is their sentence, `proof` the class of evidence that
    somebody is an adult: what was seen is not kept.
    """

    decision: Decision
    reason: str
    words: str = field(repr=False)
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for suspicions from a day on. `mark` names the text in the evidence; `reasons` are
    codes, each with whether it needs a class of proof.
    """

    version: str
    mark: str
    decide_within: timedelta
    reasons: Mapping[Decision, Mapping[str, bool]]
    proofs: tuple[str, ...]
    contact_reasons: tuple[str, ...]
    quiet: Mapping[bool, timedelta]
    """How long strangers cannot bring up again what was answered, with proof and without."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What a module does about those whom it knows. `limit` answers whether there is such a person;
    `purge` erases, given the installation's secret, and answers how many rows, None while something
    of it goes on; `contact` is how an operator reaches them.
    """

    about: About
    limit: Callable[[Session, UUID], Awaitable[bool]]
    lift: Callable[[Session, UUID], Awaitable[None]]
    purge: Callable[[Session, UUID, str], Awaitable[int | None]]
    contact: Callable[[Session, UUID, str], Awaitable[str | None]]


Sayings = Callable[[Session, About, UUID], Awaitable[list[str]]]
"""What somebody said lately, the oldest first, as far as one module knows it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the cases that were decided within 90 days; None where there was none."""

    decided: int
    overdue: int
    median_review: timedelta | None
    median_open: timedelta | None
