"""A market, what is sold in it, and what people of which age may do there, as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Market:
    """`code` is short and stable (`gb`); `currency` is ISO 4217; `country`, where the goods go, is
    ISO 3166-1 alpha-2; `timezone` is IANA's name: of several in a country, that in which a day
    begins last, so that nobody counts as older than they are where they live. On
    `weekend`, ISO weekdays (Monday is 1), no parcel moves.
    """

    code: str
    name: dict[str, str]
    currency: str
    country: str
    timezone: str
    weekend: tuple[int, ...]

    def day(self, moment: datetime) -> date:
        """The date there."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()


class SalesKind(StrEnum):
    """Where something is offered. What is bought while a replay is watched was offered in its
    show.
    """

    SHOW = "show"


@dataclass(frozen=True, slots=True)
class SalesContext:
    """In which market something is sold, and on which occasion.

    `scope` is what the limits of holds count in; in a show it is the show. `show_id` is the show
    whose sales it counts as, if any.
    """

    kind: SalesKind
    market: str
    scope: UUID
    show_id: UUID | None

    @classmethod
    def in_show(cls, show_id: UUID, market: str) -> SalesContext:
        return cls(SalesKind.SHOW, market, show_id, show_id)


class Band(StrEnum):
    """All that is ever known of somebody's age. Who is not known belongs to the youngest."""

    U13 = "U13"
    FROM_13 = "13-15"
    FROM_16 = "16-17"
    ADULT = "ADULT"

    @property
    def youngest(self) -> int:
        """The age that everybody in the band has reached, in years."""
        return {"U13": 0, "13-15": 13, "16-17": 16, "ADULT": 18}[self]


class Capability(StrEnum):
    """What somebody may want to do."""

    WATCH = "watch"
    ACCOUNT = "account"
    BUY = "buy"
    CHAT = "chat"
    HOST = "host"
    ON_CAMERA = "on_camera"


class Outcome(StrEnum):
    """What the policy says, from the strictest on."""

    DENY = "deny"
    ASK_PARENT = "ask_parent"
    ALLOW = "allow"


class Level(StrEnum):
    """How sure an answer about somebody's age is (research: assurance levels A0 to A2)."""

    DECLARED = "declared"
    SIGNAL = "signal"
    VERIFIED = "verified"


EVERYWHERE = "*"
"""The country of a rule that holds wherever no other does."""


@dataclass(frozen=True, slots=True)
class AgeRule:
    """What one law or decision of ours says about a capability, from a day on.

    Ages are in years. From `alone_from` on nobody else is asked; from `with_parent_from` on
    (None: never) a parent is. `each_time`: the parent is asked for every order, not once.
    `off_by_default`: what a parent allows still has to be switched on. `source` is where it stands,
    `checked` when somebody last looked, `known` how (`read` in the source, `secondary`, `recalled`,
    or `own`, a decision of ours).
    """

    capability: Capability
    countries: frozenset[str]
    since: date
    alone_from: int
    with_parent_from: int | None
    each_time: bool
    off_by_default: bool
    source: str
    checked: date
    known: str


@dataclass(frozen=True, slots=True)
class ProofRule:
    """A proof of age that is worth something in these countries, from a day on."""

    proof: str
    level: Level
    countries: frozenset[str]
    since: date
    source: str
    checked: date
    known: str


@dataclass(frozen=True, slots=True)
class AgePolicy:
    """All rules there are; `version` changes with them."""

    version: str
    rules: tuple[AgeRule, ...]
    proofs: tuple[ProofRule, ...]


@dataclass(frozen=True, slots=True)
class KeepingRule:
    """How many days the recording of a show is kept after its end unless its host decides
    otherwise, from a day on. `at_least` is what the law demands (None: nothing); the rest is as in
    `AgeRule`.
    """

    countries: frozenset[str]
    since: date
    days: int
    at_least: int | None
    source: str
    checked: date
    known: str


class NoWithdrawal(StrEnum):
    """Classes of goods from whose purchase a buyer may not withdraw, where the law says so. Each
    has a sentence in the messages (`withdrawal.<value>`).
    """

    MADE_TO_MEASURE = "made_to_measure"
    PERISHABLE = "perishable"
    SEALED_HYGIENE = "sealed_hygiene"
    MIXED = "mixed"
    SEALED_MEDIA = "sealed_media"
    PRESS = "press"


@dataclass(frozen=True, slots=True)
class WithdrawalRule:
    """Where a class of goods is an exception to the right to withdraw, from a day on. `lost_later`:
    the right is lost when the buyer breaks the seal or mixes the goods with others, not before. The
    rest is as in `AgeRule`.
    """

    exception: NoWithdrawal
    countries: frozenset[str]
    since: date
    lost_later: bool
    source: str
    checked: date
    known: str


@dataclass(frozen=True, slots=True)
class TaxRule:
    """The standard rate of value added tax, which prices for consumers include, from a day on.
    `rate` is in hundredths of a percent; the rest is as in `AgeRule`.
    """

    countries: frozenset[str]
    since: date
    rate: int
    source: str
    checked: date
    known: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody of a band may do, and the rule that says so (None: no rule, so nothing)."""

    outcome: Outcome
    each_time: bool = False
    off_by_default: bool = False
    rule: AgeRule | None = None
