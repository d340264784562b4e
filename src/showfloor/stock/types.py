"""Holds as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext


class LineState(StrEnum):
    HELD = "held"
    RELEASED = "released"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces at the price that was read for them."""

    variant_id: UUID
    sku: str
    quantity: int
    unit_price: Money

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for a hold, as far as anybody can tell.

    `previous` is an earlier hold of the same guest, whose token was shown. `client` is a keyed
    digest of the network that asks; None is not limited.
    """

    previous: UUID | None = None
    client: bytes | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """`state` is held only while every line is. `ran_out` by the database's clock: the goods may
    still be there, but the next buyer gets them.
    """

    id: UUID
    context: SalesContext
    lines: tuple[Line, ...]
    total: Money
    expires_at: datetime
    state: LineState
    ran_out: bool = False

    @property
    def pieces(self) -> dict[UUID, int]:
        """How many of each variant."""
        return {line.variant_id: line.quantity for line in self.lines}

    @property
    def is_open(self) -> bool:
        return self.state is LineState.HELD and not self.ran_out


@dataclass(frozen=True, slots=True)
class Stock:
    on_hand: int
    held: int
    sold: int

    @property
    def available(self) -> int:
        return self.on_hand - self.held - self.sold
