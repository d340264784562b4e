"""What happens to an order after the purchase: parcels, refunds, returns, withdrawals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from showfloor.kit.money import Money


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel that the merchant handed over: `pieces` by the line's position. `tracking` is None
    where the carrier has no number, or once the buyer's data was erased; `delivered_at` is None as
    long as nobody said that it arrived.
    """

    id: UUID
    pieces: dict[int, int]
    carrier: str
    tracking: str | None
    shipped_at: datetime
    delivered_at: datetime | None = None


class RefundState(StrEnum):
    """`PROMISED` is money whose provider has not answered for good. `REFUSED` by the provider: it
    moved nothing, and counts for nothing. `FAILED`: the provider had given it back, and the buyer's
    bank did not take it, so that the seller has the money again and owes it.
    """

    PROMISED = "promised"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class RefundCause(StrEnum):
    """`CANCEL`: the merchant does not send what it had not sent yet."""

    REFUND = "refund"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class RefundedPieces:
    """Of one line: how many go back, how many of them had not been sent and never will be, and how
    many of them the merchant has to sell again.
    """

    quantity: int
    unsent: int
    restock: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back to the buyer, for pieces (by the line's position) or for none.
    `failed_at` is None unless it failed.
    """

    id: UUID
    amount: Money
    cause: RefundCause
    pieces: dict[int, RefundedPieces]
    made_at: datetime
    state: RefundState = RefundState.PROMISED
    failed_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """For its pieces. What is promised counts too: nobody may send the same pieces meanwhile.
        So does what failed: its pieces may be sold to others by now, and stay cancelled or back.
        """
        return self.state is not RefundState.REFUSED

    @property
    def is_money(self) -> bool:
        """It counts for the money: the buyer has it, or is about to, so nobody gives it again."""
        return self.state in (RefundState.PROMISED, RefundState.DONE)

    def as_of(self, moment: datetime) -> Refund:
        """Before it failed it was done."""
        if self.failed_at is None or self.failed_at <= moment:
            return self
        return replace(self, state=RefundState.DONE, failed_at=None)


@dataclass(frozen=True, slots=True)
class ReturnedPieces:
    """Of one line: how many came back, how many of them are worth less, and how many of the others
    the merchant has to sell again.
    """

    quantity: int
    damaged: int
    restock: int


@dataclass(frozen=True, slots=True)
class Return:
    """Pieces (by the line's position) that the merchant has back since `at`. `value_lost` is what
    they are worth less, through handling beyond what it takes to know the goods: the buyer bears it
    (Directive 2011/83/EU art 14(2)).
    """

    id: UUID
    pieces: dict[int, ReturnedPieces]
    value_lost: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnProof:
    """The buyer showed at `at` that the goods were sent back (Directive 2011/83/EU art 13(3)):
    those of the first `covers` withdrawals. Carrier and number are None once the buyer's data was
    erased.
    """

    carrier: str | None
    tracking: str | None
    at: datetime
    covers: int = 1


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The buyer withdrew at `at` from these pieces, by the line's position. `id` is the order's
    where it was from everything at once.
    """

    id: UUID
    pieces: dict[int, int]
    at: datetime
