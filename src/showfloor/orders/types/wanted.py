"""What a merchant asks for."""

from __future__ import annotations

from dataclasses import dataclass

from showfloor.kit.money import Money


@dataclass(frozen=True, slots=True)
class WantedReturn:
    """What came back of a line, as the merchant says it."""

    sku: str
    quantity: int
    damaged: int = 0
    restock: int = 0


@dataclass(frozen=True, slots=True)
class WantedPieces:
    """Of a line: how many to refund, and how many of them are to be sold again."""

    sku: str
    quantity: int
    restock: int = 0


@dataclass(frozen=True, slots=True)
class WantedRefund:
    """What a merchant asks for. `amount` None is the price of the pieces, or without pieces all
    that is left. `expected_left` is what was left as far as the merchant knew, None when they said
    nothing of it.
    """

    pieces: tuple[WantedPieces, ...] = ()
    amount: Money | None = None
    expected_left: Money | None = None
