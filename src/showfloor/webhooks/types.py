"""Endpoints, and what became of what they were to get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.outbound import Reason

__all__ = [
    "Attempt",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "EndpointState",
    "EventType",
    "Message",
    "Outcome",
    "Page",
    "Reason",
    "Secrets",
]


class EventType(StrEnum):
    """What a message is about. `TEST` comes when somebody asks for it, to every endpoint."""

    ORDER_PAID = "order.paid"
    ORDER_SHIPPED = "order.shipped"
    ORDER_REFUNDED = "order.refunded"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_RETURNED = "order.returned"
    SHOW_STARTED = "show.started"
    SHOW_ENDED = "show.ended"
    PRODUCT_SOLD_OUT = "product.sold_out"
    STOCK_CHANGED = "stock.changed"
    STOCK_SHORT = "stock.short"
    PAYOUT_SENT = "payout.sent"
    TEST = "webhook.test"


class EndpointState(StrEnum):
    """`OFF` by its owner, `GONE` because it answered 410, `FAILING` because nothing was taken for
    days. What is switched on again gets what still waits.
    """

    ON = "on"
    OFF = "off"
    GONE = "gone"
    FAILING = "failing"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The sealed signing secret, and the one before it while both sign."""

    current: bytes
    previous: bytes | None = None
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`failures` are attempts in a row that came to nothing, `failing_since` the first of them;
    nothing is sent before `resume_at`. `waiting` counts deliveries.
    """

    id: UUID
    merchant_id: UUID
    url: str
    events: frozenset[EventType]
    state: EndpointState
    created_at: datetime
    secrets: Secrets
    failures: int = 0
    failing_since: datetime | None = None
    resume_at: datetime | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is what is signed and sent, to the byte; `about` is what people know its subject by:
    an order's number, a SKU.
    """

    id: UUID
    merchant_id: UUID
    type: EventType
    about: str
    body: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver; `number` counts it, from 1."""

    delivery_id: UUID
    endpoint_id: UUID
    url: str
    secrets: Secrets
    message_id: UUID
    body: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: the status of an answer, or why there was none. `retry_after` is
    in seconds, as the answer said.
    """

    status: int | None = None
    reason: Reason | None = None
    retry_after: float | None = None
    took_ms: int = 0

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        return self.status == 410


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the log. `status`, `reason`, `took_ms` and `tried_at` are of the last attempt;
    `next_at` is when the next one is due.
    """

    id: UUID
    message_id: UUID
    type: EventType
    about: str
    state: DeliveryState
    attempts: int
    made_at: datetime
    status: int | None
    reason: Reason | None
    took_ms: int | None
    tried_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """`next_cursor` is None on the last page."""

    deliveries: tuple[Delivery, ...]
    next_cursor: UUID | None
