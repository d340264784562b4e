"""A drop, the records of its log, and what came of verifying one.

A moment (`at`, `opens`, `closes`) is in milliseconds since 1970 in UTC, a price in minor units of
`currency`. A `person` is a pseudonym that means something in this log alone. `arrival` is the
number (`n`) of the record of the request that is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Literal, TypeVar
from uuid import UUID

from showfloor.kit.money import Money
from showfloor.stock.types import Caller

R = TypeVar("R")
VERSION = 1
COUNTDOWN_MS = (10_000, 300_000)
"""Between what is announced and the opening: shortest, longest."""
RUN_MS = (60_000, 1_200_000)
LONGEST_WINDOW_MS = 3_000
"""By how much the opening may be put off for the sake of viewers whose picture is behind."""
LONGEST_PRESS_MS = 3_000

Check = Literal["chain", "terms", "units", "limits", "order", "payments", "end"]
CHECKS: tuple[Check, ...] = ("chain", "terms", "units", "limits", "order", "payments", "end")


@dataclass(frozen=True, slots=True)
class Terms:
    """What was announced before the drop opened: the first record.

    With a `window` the order of the requests that arrive until `window + press` after the opening
    is drawn by lot, with the seed whose SHA-256 is `seed_sha256`. Without one (both zero,
    `seed_sha256` empty) they are served in the order of their arrival.
    """

    at: int
    version: int
    drop: str
    sku: str
    units: int
    per_person: int
    price: int
    currency: str
    opens: int
    closes: int
    window: int
    press: int
    seed_sha256: str

    @property
    def lot_until(self) -> int:
        """The first moment whose requests are not in the lot."""
        return self.opens + self.window + self.press if self.window else self.opens


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody asked for `pieces`."""

    at: int
    person: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Lot:
    """The seed is disclosed (32 bytes, hexadecimal); it draws the order of who is in the lot."""

    at: int
    seed: str


@dataclass(frozen=True, slots=True)
class Held:
    """The pieces that an arrival asked for are held for it."""

    at: int
    arrival: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An arrival gets nothing."""

    at: int
    arrival: int
    reason: str


@dataclass(frozen=True, slots=True)
class Paid:
    """`amount` is what was paid for all pieces of the arrival."""

    at: int
    arrival: int
    amount: int


@dataclass(frozen=True, slots=True)
class Released:
    """Held pieces are for sale again."""

    at: int
    arrival: int
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The host closed the drop before its time, or called it off before it opened."""

    at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing is held any more: the last record. `returned` pieces go back to the shelf."""

    at: int
    sold: int
    returned: int


Record = Terms | Arrival | Lot | Held | Refused | Paid | Released | Closed | Ended


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """A record in its place: `digest` is its hash, `previous` that of the record before it
    (hexadecimal SHA-256).
    """

    number: int
    record: R
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that breaks a check: `line` counts from 1."""

    check: Check
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a log says. `terms`, `sealed` (the hash of the terms) and `head` (that of the last
    record) are None where the log does not get that far.
    """

    terms: Terms | None
    sealed: str | None
    head: str | None
    arrivals: int
    sold: int
    refused: int
    released: int
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


class DropState(StrEnum):
    PLANNED = "planned"
    """Nobody but the show's team and the seller knows of it; nothing is set apart."""
    ANNOUNCED = "announced"
    """Its terms are published: it opens, sells and closes by its times."""
    OVER = "over"
    """Nobody can ask any more; what is held may still be paid for. The show's next one may begin.
    """
    ENDED = "ended"
    """The log is complete."""
    CANCELLED = "cancelled"
    """Given up before it was announced: there is no log."""


@dataclass(frozen=True, slots=True)
class Drop:
    """`units` of one variant at `price`. Whoever opens it announces that it opens `countdown_s`
    later and runs for `runs_s`; the moments are known from then on. `was` is the lowest price at
    which it was sold in the 30 days before, where that was more than `price`. `agreed` is the
    seller's yes to the price. `closed_at` is when the team closed it before `closes_at`. `salt`
    makes the pseudonyms of its log and is forgotten when it ends.
    """

    id: UUID
    show_id: UUID
    product_id: UUID
    variant_id: UUID
    sku: str
    units: int
    per_person: int
    price: Money
    countdown_s: int
    runs_s: int
    state: DropState
    agreed: bool
    created_at: datetime
    was: Money | None = None
    cue_id: UUID | None = None
    announced_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    ended_at: datetime | None = None
    sold: int | None = None
    salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log of a drop goes on: so many records, the hash and the moment of the last."""

    records: int
    digest: str
    at: int


class Turn(StrEnum):
    """What somebody hears who asks for pieces of a drop. The values are the reasons of the log."""

    HELD = "held"
    EARLY = "early"
    CLOSED = "closed"
    LIMIT = "limit"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a buyer asks a drop for. `viewer_id` is of who is signed in."""

    drop_id: UUID
    pieces: int
    caller: Caller
    key: str
    request: bytes
    viewer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LogFile:
    """A complete log: so many lines, and the hash of the last one."""

    drop_id: UUID
    lines: int
    head: str


@dataclass(frozen=True, slots=True)
class DropWithLeft:
    """`left` of its pieces nobody holds or has bought, while it is announced."""

    drop: Drop
    left: int | None


@dataclass(frozen=True, slots=True)
class AskedDrop:
    """For the seller, with the name of the product by language."""

    drop: DropWithLeft
    product: dict[str, str]


class CouponKind(StrEnum):
    AMOUNT = "amount"
    PERCENT = "percent"


class CouponState(StrEnum):
    PLANNED = "planned"
    """Nobody but the show's team and the seller knows of it."""
    OPEN = "open"
    """It can be claimed."""
    CLOSED = "closed"
    """Nobody can claim it any more; what was claimed is good until `ends_at`."""
    ENDED = "ended"
    CANCELLED = "cancelled"
    """Given up before it was opened."""


@dataclass(frozen=True, slots=True)
class Coupon:
    """Something off the goods of one seller, claimed in a show. `value` is minor units of
    `currency` or hundredths of a percent, by `kind`. `product_ids` are the goods that it is for,
    empty for all of the seller's. `minimum` is what these have to cost together. `floor` is the
    seller's own: no line goes below this part of its price, in hundredths of a percent. `quota` is
    how often it can be claimed, `taken` how often it is. It is good for `valid_s` from its start,
    or until `valid_until`, whichever is said; a claim that is not used within `keep_s` is free for
    others again. `agreed` is the seller's yes. `salt` makes the pseudonyms of who claims it, and is
    forgotten when it ends. `terms` are its sentences by language, as they were when it was opened.
    """

    id: UUID
    show_id: UUID
    merchant_id: UUID
    name: dict[str, str]
    kind: CouponKind
    value: int
    currency: str
    product_ids: tuple[UUID, ...]
    minimum: int
    floor: int
    quota: int
    per_person: int
    first_order: bool
    followers: bool
    valid_s: int | None
    valid_until: datetime | None
    keep_s: int | None
    state: CouponState
    agreed: bool
    created_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    ends_at: datetime | None = None
    taken: int = 0
    salt: bytes | None = None
    terms: dict[str, list[str]] | None = None


class ClaimState(StrEnum):
    CLAIMED = "claimed"
    PAYING = "paying"
    """A payment is under way that it was taken off."""
    USED = "used"
    LAPSED = "lapsed"
    """Not used in time: its place is free for others."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's coupon, good until `until`. `person` and `buyer` (by the address that was typed
    at the checkout) are pseudonyms that mean something for this coupon alone.
    """

    id: UUID
    coupon_id: UUID
    person: str
    state: ClaimState
    claimed_at: datetime
    until: datetime
    checkout_id: UUID | None = None
    payment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """A claim with its coupon."""

    claim: Claim
    coupon: Coupon


@dataclass(frozen=True, slots=True)
class CouponCounts:
    """`claimed` are all that were given out and did not lapse, `used` those that were paid with."""

    claimed: int
    used: int


@dataclass(frozen=True, slots=True)
class CouponWithCounts:
    coupon: Coupon
    counts: CouponCounts
    seller: dict[str, str]
    host: dict[str, str]
    goods: tuple[dict[str, str], ...]
    timezone: str
    """What its terms are written with: names, and where its days begin."""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a purchase as the price engine sees it: `unit` is in minor units. A `fixed` one is
    sold at the price of a drop, from which nothing is taken off.
    """

    merchant_id: UUID
    product_id: UUID
    unit: int
    quantity: int
    fixed: bool = False

    @property
    def full(self) -> int:
        return self.unit * self.quantity


class Passed(StrEnum):
    """Why a claimed coupon takes nothing off a purchase."""

    ENDED = "ended"
    OTHER_CURRENCY = "other_currency"
    OTHER_GOODS = "other_goods"
    DROP = "drop"
    MINIMUM = "minimum"
    FLOOR = "floor"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a coupon takes off: `shares` by the line's position, in minor units, summing to
    `amount`.
    """

    held: HeldCoupon
    amount: int
    shares: dict[int, int]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """`short` is how much more has to be bought, where that is why."""

    held: HeldCoupon
    why: Passed
    short: int = 0


@dataclass(frozen=True, slots=True)
class Discounts:
    """At most one coupon for each seller."""

    applied: tuple[Applied, ...] = ()
    passed: tuple[PassedOver, ...] = ()
