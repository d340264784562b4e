"""What the evidence says: that something was decided, when, in what role, under which policy. Of
whom it says nothing: a case has a reference of its own, drawn by chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Facts = Mapping[str, str | int]


class Actor(StrEnum):
    """In what role somebody acted."""

    VISITOR = "visitor"
    TEAM = "team"
    OPERATOR = "operator"
    PERSON = "person"
    """Whom it is about."""
    WORKER = "worker"


class Event(StrEnum):
    """What can be noted."""

    REPORTED = "suspicion_reported"
    LIMITED = "suspicion_limited"
    REVIEWED = "suspicion_reviewed"
    CONTACT_READ = "suspicion_contact_read"
    APPEALED = "suspicion_appealed"
    DECIDED = "suspicion_decided"
    OVERDUE = "suspicion_overdue"
    LIFTED = "suspicion_lifted"
    SUSPENDED = "suspicion_suspended"
    PURGED = "suspicion_purged"


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be written down. `subject` is the id of a case; `policy` the version
    of the text that was decided by, with its hash; `facts` are codes, numbers and hashes alone.
    """

    event: Event
    actor: Actor
    subject: str
    policy: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """A row as it is stored. `facts` is canonical JSON."""

    number: int
    at: datetime
    event: str
    actor: str
    subject: str
    policy: str
    facts: str
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class EvidenceHead:
    """The number and the hash of the last entry; 0 and 64 zeros where there is none."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem` says why the entry `first_bad` is not what was written there; both are None where
    the chain holds. `head` is where it ends.
    """

    entries: int
    head: EvidenceHead
    first_bad: int | None = None
    problem: str | None = None

    @property
    def holds(self) -> bool:
        return self.first_bad is None
