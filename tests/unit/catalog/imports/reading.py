"""Reads a file as the program does, in this process."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from showfloor.catalog.imports.program import AUTO, End, Order, read_file
from showfloor.catalog.imports.types import Listing, Remark


@dataclass(frozen=True)
class Read:
    listings: list[Listing]
    remarks: list[Remark]
    end: End

    @property
    def codes(self) -> dict[int, str]:
        """By row."""
        return {remark.row: remark.code for remark in self.remarks if remark.left_out}


def read(folder: Path, content: bytes, format: str = AUTO, currency: str = "GBP") -> Read:
    file = folder / "export"
    file.write_bytes(content)
    listings, remarks = list[Listing](), list[Remark]()
    for part in read_file(Order(str(file), format, currency)):
        if isinstance(part, End):
            return Read(listings, remarks, part)
        remarks += part.remarks
        if part.listing is not None:
            listings.append(part.listing)
    raise AssertionError("no end")


def table(columns: Sequence[str], *rows: Sequence[str], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([columns, *rows])
    return text.getvalue().encode()
