"""What a module promises about the personal data in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from showfloor.kit.db import Session


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: the e-mail address under which a person is known, in lower case, and their
    account as a viewer, if they have one.
    """

    email: str
    viewer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Eraser:
    """`erase` removes or pseudonymises in the caller's transaction and returns how many rows it
    touched.

    `keeps` says in words what stays and why (invoices: tax law), for the person's receipt.
    """

    name: str
    erase: Callable[[Session, Subject], Awaitable[int]]
    keeps: str
