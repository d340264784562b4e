"""Wire models of `privacy`, for operators and for whom a suspicion is about."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from showfloor.kit.schemas import Time
from showfloor.kit.text import clean_paragraphs
from showfloor.privacy.types import RequestKind
from showfloor.privacy.types.cases import About, Decision, Source
from showfloor.privacy.types.evidence import Actor

Code = Annotated[str, Field(pattern="^[a-z_]{1,40}$")]


class AgeCaseOut(BaseModel):
    """A suspicion that somebody is a child, which waits for a decision until `due_at`. `by` is who
    said so first, `reports` how often it was said; `proof` is what the person says they can show.
    """

    id: str
    about: About
    source: Source
    by: Actor
    reports: int
    opened_at: Time
    due_at: Time
    reviewed_at: Time | None
    appealed_at: Time | None
    proof: str | None


class OpenRequestOut(BaseModel):
    """What somebody asked for about their own data; who it was is for the command line."""

    id: str
    kind: RequestKind
    asked_at: Time
    due_at: Time


class CaseFiguresOut(BaseModel):
    """Of 90 days: cases that were decided, those that the deadline decided, and the medians of how
    long an operator looked and how long a case was open, in seconds.
    """

    decided: int
    overdue: int
    median_review_s: int | None
    median_open_s: int | None


class CaseReasonOut(BaseModel):
    """A reason of the policy; `proof`: it needs a class of proof."""

    decision: Decision
    reason: str
    proof: bool


class CasePolicyOut(BaseModel):
    version: str
    reasons: list[CaseReasonOut]
    proofs: list[str]
    contact_reasons: list[str]


class ClosingIn(BaseModel):
    """`words` is a sentence that says why; the evidence keeps its hash alone. `proof` is the class
    of what was seen, which is not kept.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    decision: Decision = Field(strict=False)
    reason: Code
    words: Annotated[str, AfterValidator(clean_paragraphs), Field(max_length=1000)] = ""
    proof: Code | None = None


class ContactIn(BaseModel):
    """Why an operator wants to reach somebody: one of the reasons of the policy."""

    model_config = ConfigDict(strict=True, extra="forbid")
    reason: Code


class ContactOut(BaseModel):
    """None for whom nobody can reach."""

    email: str | None


class SaidOut(BaseModel):
    """What the person said lately in chats, the oldest first."""

    said: list[str]


class LimitOut(BaseModel):
    """The account is limited until somebody has looked at it, by `due_at` at the latest. `proofs`
    are the ways to show how old one is.
    """

    since: Time
    due_at: Time
    appealed_at: Time | None
    proofs: list[str]


class AppealIn(BaseModel):
    """What the person can show."""

    model_config = ConfigDict(strict=True, extra="forbid")
    proof: Code
