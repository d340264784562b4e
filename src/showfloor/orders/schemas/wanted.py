"""What merchants and buyers ask for: parcels, refunds, returns, withdrawals, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showfloor.kit.money import Money
from showfloor.kit.schemas import Moment
from showfloor.kit.text import clean_line, clean_paragraphs
from showfloor.orders.errors import RefundInvalid, ReturnInvalid
from showfloor.orders.types import WantedPieces, WantedRefund, WantedReturn

ShortLine = Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=60)]
PageToken = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,100}$", repr=False)]
"""The end of the address of an order's page, as its mails carry it."""
NoteText = Annotated[str, AfterValidator(clean_paragraphs), Field(min_length=1, max_length=2000)]


class ClaimIn(BaseModel):
    """Whoever has the address of an order's page may call the order theirs."""

    model_config = ConfigDict(strict=True, extra="forbid")
    token: PageToken


class NoteIn(BaseModel):
    text: NoteText


class PiecesIn(BaseModel):
    sku: str = Field(min_length=1, max_length=200)
    quantity: int = Field(ge=1, le=10_000)


class _Pieces(BaseModel):
    """Some goods of an order, or what is left of it."""

    lines: list[PiecesIn] | None = Field(None, min_length=1, max_length=200)

    def pieces(self) -> dict[str, int] | None:
        """By SKU."""
        if self.lines is None:
            return None
        return {line.sku: line.quantity for line in self.lines}

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        _check_once(self.lines or [])
        return self


def _check_once(lines: Sequence[PiecesIn]) -> None:
    if len({line.sku for line in lines}) != len(lines):
        raise ValueError("a SKU comes twice")


class ShipmentIn(_Pieces):
    """A parcel: `lines` null is all that is left to send."""

    carrier: ShortLine
    tracking: ShortLine | None = None


class DeliveredIn(BaseModel):
    """When it arrived; null is now."""

    at: Moment | None = None


class RefundLineIn(PiecesIn):
    """`restock` of the pieces can be sold again."""

    restock: int = Field(0, ge=0, le=10_000)


class AmountIn(BaseModel):
    amount: int = Field(gt=0, le=10**12)
    currency: str = Field(min_length=3, max_length=3)

    def as_money(self) -> Money:
        """Raises ValueError for a currency that there is not."""
        return Money(self.amount, self.currency)


class RefundIn(BaseModel):
    """`expected_left` is `left` of the order as the merchant read it: when it is another by now,
    the refund is refused.
    """

    lines: list[RefundLineIn] = Field(default_factory=list, max_length=200)
    amount: AmountIn | None = None
    expected_left: AmountIn | None = None

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        _check_once(self.lines)
        return self

    def value(self) -> WantedRefund:
        """Raises RefundInvalid for a currency that there is not."""
        pieces = tuple(WantedPieces(line.sku, line.quantity, line.restock) for line in self.lines)
        try:
            return WantedRefund(
                pieces,
                self.amount.as_money() if self.amount else None,
                self.expected_left.as_money() if self.expected_left else None,
            )
        except ValueError:
            raise RefundInvalid from None


class ReturnLineIn(PiecesIn):
    """`damaged` of the pieces are worth less; `restock` of the others can be sold again."""

    damaged: int = Field(0, ge=0, le=10_000)
    restock: int = Field(0, ge=0, le=10_000)


class ReturnIn(BaseModel):
    """What came back. `value_lost` is what the damaged pieces are worth less, up to the price of
    those from whose purchase the buyer may withdraw.
    """

    lines: list[ReturnLineIn] = Field(min_length=1, max_length=200)
    value_lost: AmountIn | None = None

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        _check_once(self.lines)
        return self

    def pieces(self) -> tuple[WantedReturn, ...]:
        return tuple(
            WantedReturn(line.sku, line.quantity, line.damaged, line.restock) for line in self.lines
        )

    def value_lost_as_money(self) -> Money | None:
        """Raises ReturnInvalid for a currency that there is not."""
        try:
            return self.value_lost.as_money() if self.value_lost else None
        except ValueError:
            raise ReturnInvalid from None


class CancelIn(BaseModel):
    restock: bool = True


class BuyersIn(BaseModel):
    """`token` proves that it is the buyer's order."""

    token: PageToken


class WithdrawalIn(_Pieces, BuyersIn):
    """`lines` null is all that the buyer has not withdrawn from. `after` is the number of
    withdrawals that the order shows: where there are more by now, this one was received before.
    """

    after: int = Field(0, ge=0, le=10_000)


class ReturnProofIn(BuyersIn):
    """Who carries the goods back, under which number: those of the first `covers` withdrawals, as
    the proof says that is corrected, or of all.
    """

    carrier: ShortLine
    tracking: ShortLine
    covers: int | None = Field(None, ge=1, le=10_000)
