"""Prices as people and spreadsheets write them."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import get_currency_precision

from showfloor.catalog.rules import HIGHEST_PRICE

_ARABIC = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬،", "0123456789" * 2 + ".,,")
# A sign or code of a currency around the number, and whatever blanks group its digits.
_AROUND = re.compile(r"^[^\d.,+-]*|[^\d.,]*$")
_BLANKS = re.compile(r"[\s'’\u00a0\u202f_]")
_PLAIN = re.compile(r"\d{1,15}(\.\d{1,6})?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


class PriceUnreadable(Exception):
    """`code` says why: price_missing, price_ambiguous, price_unreadable, price_zero,
    price_too_high, price_too_fine.
    """

    def __init__(self, code: str, suggestion: str = "") -> None:
        super().__init__(code)
        self.code, self.suggestion = code, suggestion


def minor_units(text: str, currency: str) -> int:
    """`1,299.00`, `1.299,00`, `12,5`, `£ 12`: in minor units. Raises PriceUnreadable."""
    if not text.strip():
        raise PriceUnreadable("price_missing")
    digits = _AROUND.sub("", _BLANKS.sub("", text.translate(_ARABIC)))
    precision = get_currency_precision(currency)
    plain = _plain(digits, precision)
    if not _PLAIN.fullmatch(plain):
        raise PriceUnreadable("price_unreadable")
    amount = Decimal(plain).scaleb(precision)
    if amount != amount.to_integral_value():
        raise PriceUnreadable("price_too_fine")
    if amount == 0:
        raise PriceUnreadable("price_zero")
    if amount > HIGHEST_PRICE:
        raise PriceUnreadable("price_too_high")
    return int(amount)


def _plain(digits: str, precision: int) -> str:
    """With a point before the decimals and nothing else between digits."""
    if "." in digits and "," in digits:
        decimal = max(".,", key=digits.rfind)
        group = "," if decimal == "." else "."
        whole, _, rest = digits.rpartition(decimal)
        if decimal in whole or not re.fullmatch(rf"\d{{1,3}}({re.escape(group)}\d{{3}})+", whole):
            raise PriceUnreadable("price_unreadable")
        return f"{whole.replace(group, '')}.{rest}"
    grouped = _GROUPED.fullmatch(digits)
    if grouped is None:
        return digits.replace(",", ".") if digits.count(",") == 1 else digits
    whole = digits.replace(grouped[1], "")
    if precision == 0 or digits.count(grouped[1]) > 1:
        return whole
    # `1.299`: decimals in one country, a thousand in the next. Exports of programs have a point.
    if precision == 3 and grouped[1] == ".":
        return digits
    raise PriceUnreadable("price_ambiguous", f"{whole}.{'0' * precision}")
