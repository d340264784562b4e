"""Values of mails: what is to be sent, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MailKind(StrEnum):
    ORDER_CONFIRMED = "order_confirmed"
    WITHDRAWAL_RECEIVED = "withdrawal_received"
    ORDER_SHIPPED = "order_shipped"
    ORDER_REFUNDED = "order_refunded"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_RETURNED = "order_returned"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"


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
