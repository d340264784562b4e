"""Comma-separated values (RFC 4180) that a spreadsheet opens as they are.

Cells hold what strangers typed. A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@`
for a formula and runs it, so such a cell begins with an apostrophe (OWASP, *CSV injection*).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from showfloor.kit.money import Money

BYTE_ORDER_MARK = "\ufeff"
"""At the start of a file; without it Excel reads Arabic as Latin letters."""

# Also the full-width signs, and also behind blanks, which spreadsheets drop.
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# What `decimal` writes is no formula, also below zero.
_NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def rows_text(rows: Iterable[Sequence[str | int]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def decimal(money: Money) -> str:
    """`19.99`: the amount alone, with a point in every language, as programs read it."""
    sign, digits = ("-" if money.amount < 0 else ""), money.precision
    whole, rest = divmod(abs(money.amount), 10**digits)
    return f"{sign}{whole}" + (f".{rest:0{digits}}" if digits else "")


def _cell(value: str | int) -> str | int:
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value
