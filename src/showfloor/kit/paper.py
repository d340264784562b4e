"""What stands on a page of paper. `kit.pdf` draws it; it knows nothing of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a sum: what, with a smaller second line, and how much. `strong` is a total."""

    text: str
    amount: str
    note: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the page under its heading: sentences, then rows."""

    heading: str
    lines: Sequence[str] = ()
    rows: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """`title` and `lead` open the page; `foot` stands below each. `direction` is "ltr" or "rtl";
    `made_at` goes into the file's own description.
    """

    lang: str
    direction: str
    title: str
    lead: Sequence[str]
    blocks: Sequence[Block]
    foot: str
    author: str
    made_at: datetime
