"""What a module promises about the personal data in it, and what people ask about theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.db import Session


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: the e-mail address under which a person is known, in lower case, and their
    account as a viewer, if they have one. `until` is when they asked to be erased: what they began
    afterwards is no part of it.
    """

    email: str
    viewer_id: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Eraser:
    """`erase` removes or pseudonymises in the caller's transaction and returns how many rows it
    touched.

    `keeps` says in words what stays and why (invoices: tax law), for the person's receipt.
    `of_viewers`: it has something of people who watch and buy; what a person of a team has at the
    shop is no part of a viewer's account. `waits` counts what `erase` spared, because the person is
    still owed something (GDPR art 6(1)(b)); it is erased again until nothing waits.
    """

    name: str
    erase: Callable[[Session, Subject], Awaitable[int]]
    keeps: str
    of_viewers: bool = True
    waits: Callable[[Session, Subject], Awaitable[int]] | None = None


Row = Mapping[str, str | int | None]
"""One thing that is known of a person, by names that a spreadsheet can have as its head."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one module knows of a person; `name` is that of its file and of its words."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """`key` opens what is encrypted for the person."""

    name: str
    read: Callable[[Session, Subject, str], Awaitable[list[Row]]]


class RequestKind(StrEnum):
    """GDPR art 16, 17, 21. What is known can be seen and taken along at once, without a request."""

    CORRECT = "correct"
    ERASE = "erase"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for. `due_at` is the end of the month that the law gives; `sealed` is who
    asked and what they wrote, None once it is done.
    """

    id: UUID
    kind: RequestKind
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    sealed: bytes | None = field(default=None, repr=False)

    def is_late(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Receipt:
    """One module has erased all, so many rows in all its rounds."""

    eraser: str
    rows: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """How far an erasure is: `waiting` names the modules that have not erased yet."""

    request: Request
    receipts: tuple[Receipt, ...]
    waiting: tuple[str, ...]
