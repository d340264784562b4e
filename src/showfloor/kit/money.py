"""Money is a whole number of minor units and an ISO 4217 currency. There is no float beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel.numbers import get_currency_precision, is_currency

_is_currency = cache(is_currency)
"""Babel searches its tables at each call; a purchase asks many times about the same few codes."""


@dataclass(frozen=True, slots=True)
class Money:
    """`Money(1999, "USD")` is 19.99 US dollars, `Money(1999, "KWD")` is 1.999 Kuwaiti dinars."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError("money is counted in whole minor units")
        if not _is_currency(self.currency):
            raise ValueError(f"not an ISO 4217 currency: {self.currency}")

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.amount * quantity, self.currency)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    @property
    def precision(self) -> int:
        """Decimal places of the currency (CLDR): 2 for USD, 0 for JPY, 3 for KWD."""
        return get_currency_precision(self.currency)

    def as_json(self) -> dict[str, object]:
        return {"amount": self.amount, "currency": self.currency}


def total(items: list[Money], currency: str) -> Money:
    """The sum; zero of `currency` for an empty list."""
    result = Money(0, currency)
    for item in items:
        result = result + item
    return result
