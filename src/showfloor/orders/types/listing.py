"""Orders as lists and sums show them, and what is noted about one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.money import Money
from showfloor.orders.types.agreed import Item
from showfloor.orders.types.order import Order


@dataclass(frozen=True, slots=True)
class Page:
    """`next_cursor` is None on the last page."""

    orders: tuple[Order, ...]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True)
class Sale:
    """What somebody bought, without who. `id` is the order's."""

    id: UUID
    at: datetime
    items: tuple[Item, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class Sales:
    """What a show sold: a total for each currency, and the newest sales first."""

    totals: tuple[Money, ...]
    orders: int
    units: int
    recent: tuple[Sale, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a merchant's people tell each other about an order; no buyer sees it."""

    id: UUID
    text: str
    at: datetime


class OrderFilter(StrEnum):
    """`LATE` orders are among those to send. `PART_SENT` too. `RETURNS` are those of the
    `WITHDRAWN` whose money is not all given back, or whose goods are not all back although the
    days to send them are not over. `REFUND_FAILED` are those that owe money again because a
    refund failed.
    """

    ALL = "all"
    TO_SEND = "to_send"
    LATE = "late"
    PART_SENT = "part_sent"
    SENT = "sent"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"
    RETURNS = "returns"
    REFUND_FAILED = "refund_failed"


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Which orders: by what is to be done, by words (number, name, email, SKU or tracking), and by
    when they were placed (`since` is in, `until` is not).
    """

    which: OrderFilter = OrderFilter.ALL
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
