"""A waiting list, who waits in it, the records of its log, and what came of verifying one.

A moment (`at`, `until`) is in milliseconds since 1970 in UTC. A `person` is a pseudonym that means
something in this log alone. `joined` is the number (`n`) of the record with which somebody joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from showfloor.stock.types import Hold

OFFER_SECONDS = 1800
"""For how long a piece is held for who is first in line: long enough to read a mail and to buy; the
next in line waits no longer for each who does not.
"""
WaitingCheck = Literal["chain", "opening", "people", "order", "time", "end"]
WAITING_CHECKS: tuple[WaitingCheck, ...] = ("chain", "opening", "people", "order", "time", "end")


@dataclass(frozen=True, slots=True)
class Opened:
    """The first record: what people wait for, for how many seconds a piece is held for each, and
    after how many days somebody waits no more.
    """

    at: int
    version: int
    list: str
    sku: str
    seconds: int
    days: int


@dataclass(frozen=True, slots=True)
class Joined:
    at: int
    person: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who was waiting waits no more: gave up the place (`left`), waited for as long as one
    can (`lapsed`), or waits for what is not sold there any more (`not_sold`).
    """

    at: int
    joined: int
    reason: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A piece is held for whoever was first in line, until then; a payment that begins before is
    waited for.
    """

    at: int
    joined: int
    until: int


@dataclass(frozen=True, slots=True)
class Bought:
    at: int
    joined: int


@dataclass(frozen=True, slots=True)
class Passed:
    """The piece is the next one's: it was not bought in time (`expired`), or not wanted
    (`declined`).
    """

    at: int
    joined: int
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Nobody waits and nothing is held: the last record."""

    at: int


WaitingRecord = Opened | Joined | Left | Offered | Bought | Passed | Finished


@dataclass(frozen=True, slots=True)
class WaitingProblem:
    """The first thing that breaks a check: `line` counts from 1."""

    check: WaitingCheck
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class WaitingProof:
    """What the log of a waiting list says. `opened` and `head` (the hash of the last record) are
    None where it does not get that far. While people still wait it has no end, which is no problem.
    """

    opened: Opened | None
    head: str | None
    joined: int
    offered: int
    bought: int
    passed: int
    left: int
    waiting: int
    ended: bool
    problems: tuple[WaitingProblem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class WaitingList:
    """Who waits for a piece of one variant. A new one is opened for the first to wait, and ends
    when nobody does. `salt` makes the pseudonyms of its log and is forgotten then.
    """

    id: UUID
    variant_id: UUID
    product_id: UUID
    sku: str
    opened_at: datetime
    ended_at: datetime | None = None
    salt: bytes | None = field(default=None, repr=False)


class PlaceState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    """A piece is held for them."""
    BOUGHT = "bought"
    PASSED = "passed"
    """They did not buy it: it went to the next one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in a list, taken in a show of a market. `hold_id` is what is held for them,
    until `until`.
    """

    id: UUID
    list_id: UUID
    viewer_id: UUID
    show_id: UUID
    market: str
    joined: int
    state: PlaceState
    joined_at: datetime
    hold_id: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A place as its owner sees it: `ahead` people are served before them, while they wait."""

    place: Place
    sku: str
    product_id: UUID
    product: dict[str, str]
    choice: dict[str, str]
    """What they chose of the product, by language; empty where there is nothing to choose."""
    slug: str
    """Of the show."""
    ahead: int


@dataclass(frozen=True, slots=True)
class OfferedPiece:
    """What the mail about an offer says. `token` is the right to see the place, to take what is
    held in it and to give it up, without signing in; `leave_token` that to give it up alone.
    """

    wait: Wait
    email: str = field(repr=False)
    language: str
    token: str = field(repr=False)
    leave_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakenPiece:
    """What was held for somebody, whose place it is, and how many of it the merchant lets one buyer
    have in a show; None for no such limit.
    """

    hold: Hold
    viewer_id: UUID
    buyer_limit: int | None


@dataclass(frozen=True, slots=True)
class WaitingLog:
    """The log of a list as far as it goes: so many lines, and the hash of the last one."""

    list_id: UUID
    lines: int
    head: str
    ended: bool
