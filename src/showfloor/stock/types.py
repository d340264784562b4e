"""Holds as others see them."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    still be there, but the next buyer gets them. `apart_id` is of the pieces that were set apart,
    where these are some of them: the hold then has one line, and who sells them ends it. `waited`
    is read where its owner looks at it: it was held for who waited in line.
    """

    id: UUID
    context: SalesContext
    lines: tuple[Line, ...]
    total: Money
    expires_at: datetime
    state: LineState
    ran_out: bool = False
    apart_id: UUID | None = None
    waited: bool = False

    @property
    def pieces(self) -> dict[UUID, int]:
        """How many of each variant."""
        return {line.variant_id: line.quantity for line in self.lines}

    @property
    def is_open(self) -> bool:
        return self.state is LineState.HELD and not self.ran_out


@dataclass(frozen=True, slots=True)
class Returned:
    """A hold whose pieces went back to those that are set apart."""

    hold_id: UUID
    pieces: int


@dataclass(frozen=True, slots=True)
class Stock:
    """`on_hand` counts sold ones too; `missing` of them are not there any more although somebody
    bought or holds them. `version` counts its changes. `waiting` people wait in line for a piece.
    """

    on_hand: int
    held: int
    sold: int
    missing: int = 0
    version: int = field(default=0, compare=False)
    waiting: int = 0

    @property
    def there(self) -> int:
        """With the sold ones, and without those that are missing."""
        return self.on_hand - self.missing

    @property
    def in_stock(self) -> int:
        """That nobody has bought; below zero where more were sold than there were."""
        return self.there - self.sold

    @property
    def available(self) -> int:
        return self.in_stock - self.held

    @property
    def for_sale(self) -> int:
        """To whoever asks: what is available beyond those for which people wait in line."""
        return max(0, self.available - self.waiting)

    @property
    def short(self) -> int:
        """Pieces that were bought or are held, and are not there."""
        return max(0, -self.available)

    def kept(self, count: int) -> int:
        """How many are there when a file counts so many, sold ones included. It may be older than
        what was sold and is held, so that it takes none of these away; nor does it bring back
        pieces that are missing.
        """
        return max(count, min(self.there, self.sold + self.held))


NOTHING = Stock(0, 0, 0)


class ChangeReason(StrEnum):
    """Why there are more or fewer. `SHOP`: the merchant's own shop said how many; `CAME_BACK`: with
    a refund.
    """

    COUNTED = "counted"
    ARRIVED = "arrived"
    DAMAGED = "damaged"
    SOLD_ELSEWHERE = "sold_elsewhere"
    SHOP = "shop"
    IMPORT = "import"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True)
class StockChange:
    """Pieces that nobody had bought, before and after. `person_id` is None where nobody did it."""

    variant_id: UUID
    reason: ChangeReason
    before: int
    after: int
    at: datetime
    person_id: UUID | None = None
    note: str = ""
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Pieces that the merchant's own shop keeps for sales here."""

    quantity: int
    sold_before: int
    until: datetime

    def left(self, stock: Stock) -> int:
        """Of those that were not sold here since."""
        return max(0, min(self.quantity, self.quantity - (stock.sold - self.sold_before)))


@dataclass(frozen=True, slots=True)
class Report:
    """What the merchant's own shop said last, and what was here then."""

    said: int
    ours: int
    accepted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that is known of the pieces of a variant. `lease` is None once it is over."""

    stock: Stock
    lease: Lease | None = None
    report: Report | None = None
    buyer_limit: int | None = None

    @property
    def for_own_shop(self) -> int:
        """How many the merchant's own shop may sell. Who waits in line here comes first."""
        kept = self.lease.left(self.stock) if self.lease else 0
        return max(0, self.stock.available - max(kept, self.stock.waiting))


class ProductFilter(StrEnum):
    """`SHORT`: more was bought or is held than there is. `DIFFERS`: the merchant's own shop said
    another count.
    """

    ALL = "all"
    SOLD_OUT = "sold_out"
    NO_PICTURE = "no_picture"
    SHORT = "short"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Newest first; `next_cursor` is None on the last page."""

    product_ids: tuple[UUID, ...]
    next_cursor: UUID | None
