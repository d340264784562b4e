"""Values of mails: what is to be sent, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.money import Money


class MailKind(StrEnum):
    ORDER_CONFIRMED = "order_confirmed"
    WITHDRAWAL_RECEIVED = "withdrawal_received"
    ORDER_SHIPPED = "order_shipped"
    ORDER_REFUNDED = "order_refunded"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_RETURNED = "order_returned"
    SIGN_IN = "sign_in"
    ACCOUNT_LIMITED = "account_limited"
    INVITATION = "invitation"
    TEAM_NEWS = "team_news"
    SHOW_REMINDER = "show_reminder"
    WAIT_OFFERED = "wait_offered"


class MailState(StrEnum):
    """`WAITING` is to be sent. `PARKED` was refused for good, or for too long: an operator looks.
    `DROPPED` has nobody left to go to.
    """

    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"
    DROPPED = "dropped"


class Outcome(StrEnum):
    """What became of one attempt. `UNKNOWN`: the connection was lost when the server may have taken
    it.
    """

    SENT = "sent"
    LATER = "later"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be sent. About an order, `about` is its parcel, refund or return, or the order
    itself; `order_id` is None for every other. `attempts` counts this one too.
    """

    id: UUID
    kind: MailKind
    order_id: UUID | None
    about: UUID
    made_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in words. `message_id` and `date` are the same however often it is sent (RFC 5322
    §3.6.4).
    """

    to: str
    language: str
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    unsubscribe: str = ""
    """Where a mail program says that its reader wants no more like it (RFC 8058)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`why` names the server's answer by its number, or the failure: no address, no text."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """A mail that was refused, or tried for too long; `error` is why, without an address."""

    kind: MailKind
    order_id: UUID | None
    made_at: datetime
    error: str


class NewsKind(StrEnum):
    """What a merchant's people are written about, in the order in which a mail has it: what is
    owed to a buyer comes first.
    """

    REFUND_FAILED = "refund_failed"
    WITHDRAWAL = "withdrawal"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class News:
    """One fact about an order: `about` is the order itself, its withdrawal or its refund. `units`
    are the pieces of an order (a withdrawal's are read from the order), `money` the sum of an order
    or a refund.
    """

    kind: NewsKind
    order_id: UUID
    about: UUID
    at: datetime
    units: int = 0
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class NewsLine:
    """One of the news as it is shown: the order's readable number, the pieces it is about."""

    news: News
    number: str
    units: int


@dataclass(frozen=True, slots=True)
class TeamLetter:
    """One mailing of a merchant's news to one person."""

    id: UUID
    mailing_id: UUID
    merchant_id: UUID
    person_id: UUID
    made_at: datetime


@dataclass(frozen=True, slots=True)
class MailChoice:
    """Whether somebody is written to about the orders of a merchant, in which language."""

    wanted: bool
    language: str
