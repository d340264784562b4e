"""A program: reads an `Order` from its input and writes a `Reading` as a line of JSON for each
product of the file, in the order of the file; the last line is an `End`. It runs with low priority
and with limits of memory and time.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from showfloor.catalog.imports import google, shopify, woocommerce
from showfloor.catalog.imports.feed import COLUMNS, is_feed, read_items
from showfloor.catalog.imports.gathering import Gathering
from showfloor.catalog.imports.tables import check_kind, read_rows
from showfloor.catalog.imports.types import (
    Format,
    Listing,
    Offer,
    Reading,
    Remark,
    Row,
    Unreadable,
)
from showfloor.kit.contract import from_json

MEMORY = 768 << 20
"""Bytes of address space; the interpreter with its libraries takes 200 MiB of it."""
CPU_SECONDS = 120
DISK = 1 << 30
"""Bytes of the rows that are gathered: twenty times the largest file."""
MOST_REMARKS = 1000
"""In one reading: whoever takes it holds all of it in memory."""
FORMATS: Mapping[str, Format] = {
    "shopify": shopify,
    "woocommerce": woocommerce,
    "google": google,
}
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Order:
    """`format` is a name of FORMATS, or AUTO."""

    path: str
    format: str
    currency: str


@dataclass(frozen=True, slots=True)
class End:
    """`error` is why the file could not be read to its end, a code of the messages."""

    format: str = ""
    rows: int = 0
    error: str = ""
    params: dict[str, str] = field(default_factory=dict)


def main() -> None:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    # Python ignores the signal, so that SQLite is refused and says so.
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))
    order = from_json(Order, sys.stdin.buffer.read())
    write = sys.stdout.write
    for part in read_file(order):
        write(json.dumps(asdict(part), ensure_ascii=False) + "\n")


def read_file(order: Order) -> Iterator[Reading | End]:
    """Never raises for what a file holds."""
    name, rows = order.format, 0
    try:
        path = Path(order.path)
        check_kind(path)
        lines: Iterator[tuple[int, Row]]
        if is_feed(path):
            columns, lines = COLUMNS, read_items(path)
        else:
            columns, lines = read_rows(path)
        name, chosen = _choose(order.format, columns)
        with Gathering() as gathering:
            for number, row in lines:
                placed = chosen.place(row)
                rows += 1
                if isinstance(placed, Remark):
                    yield Reading(1, None, [replace(placed, row=number)])
                elif placed is not None:
                    gathering.add(number, placed, row)
            for group in gathering.groups():
                yield from _in_parts(
                    _without_repeats(gathering, chosen.read(group, order.currency))
                )
    except Unreadable as problem:
        yield End(name, rows, problem.code, problem.params)
        return
    except (MemoryError, sqlite3.Error):
        yield End(name, rows, "file_too_complex")
        return
    yield End(name, rows)


def _choose(name: str, columns: frozenset[str]) -> tuple[str, Format]:
    """Raises Unreadable."""
    if name != AUTO:
        chosen = FORMATS[name]
        if not chosen.fits(columns):
            raise Unreadable("columns_unknown")
        return name, chosen
    for each, candidate in FORMATS.items():
        if candidate.fits(columns):
            return each, candidate
    raise Unreadable("columns_unknown")


def _without_repeats(gathering: Gathering, reading: Reading) -> Reading:
    """A SKU names one variant of a seller: whoever comes second with it is left out."""
    listing = reading.listing
    if listing is None:
        return reading
    offers: list[Offer] = []
    remarks = list(reading.remarks)
    for offer in listing.offers:
        first = gathering.first_with(offer.sku, offer.row)
        if first == offer.row:
            offers.append(offer)
        else:
            params = {"sku": offer.sku, "other": str(first)}
            remarks.append(Remark(offer.row, "SKU", "sku_twice", params))
    if len(offers) == len(listing.offers):
        return reading
    kept: Listing | None = replace(listing, offers=offers, complete=False) if offers else None
    return Reading(reading.rows, kept, remarks)


def _in_parts(reading: Reading) -> Iterator[Reading]:
    """The listing with its first remarks, the other remarks after it."""
    remarks = reading.remarks
    yield replace(reading, remarks=remarks[:MOST_REMARKS])
    for start in range(MOST_REMARKS, len(remarks), MOST_REMARKS):
        yield Reading(0, None, remarks[start : start + MOST_REMARKS])


if __name__ == "__main__":
    main()
