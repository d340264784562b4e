"""Comma-separated files as they really come: any delimiter, any encoding, cut short."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from showfloor.catalog.imports.types import Row, Unreadable

LARGEST_CELL = 1 << 20
"""Characters: a longer one is a quote that never ends."""
LONGEST_COLUMN = 100
"""Characters of a column's name, which is stored with each cell: no name that anybody reads is
longer.
"""
MOST_COLUMNS = 2000
MOST_ROWS = 500_000
_PIECE = 1 << 20
_HEAD = 1 << 16
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
_DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")


def check_kind(path: Path) -> None:
    """Raises Unreadable for what is no text at all."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise Unreadable("file_empty")
    if head.startswith(_ARCHIVES):
        raise Unreadable("file_packed")
    if head.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Unreadable("file_not_a_table")


def encoding_of(path: Path) -> str:
    """UTF-8 or UTF-16 where the file is it, else the Windows code page of its letters.

    Raises Unreadable for NUL, which no text has.
    """
    with path.open("rb") as file:
        head = file.read(4)
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
        file.seek(0)
        return _without_bom(file)


def _without_bom(file: BinaryIO) -> str:
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    runs = high = 0
    while piece := file.read(_PIECE):
        if b"\0" in piece:
            raise Unreadable("file_not_a_table")
        if is_utf8:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
        for found in _HIGH.findall(piece):
            runs, high = runs + 1, high + len(found)
    if is_utf8:
        return "utf-8"
    # Arabic words are runs of such letters, European ones have one here and there.
    return "cp1256" if high > 2.5 * runs else "cp1252"


def read_rows(path: Path) -> tuple[frozenset[str], Iterator[tuple[int, Row]]]:
    """The columns, and the rows with their numbers as a spreadsheet shows them. Raises
    Unreadable, also while rows are read.
    """
    csv.field_size_limit(LARGEST_CELL)
    encoding = encoding_of(path)
    # Code pages have holes; a wrong letter is better than no import.
    file = path.open(encoding=encoding, errors="replace", newline="")
    reader = csv.reader(file, delimiter=_delimiter(path, encoding))
    rows = _records(reader)
    _, header = next(rows, (0, []))
    columns = [cell.strip().lower()[:LONGEST_COLUMN] for cell in header]
    if len(columns) < 2 or len(columns) > MOST_COLUMNS:
        file.close()
        raise Unreadable("columns_unknown")
    return frozenset(columns), _named(columns, rows)


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        head = file.readline(_HEAD)
    unquoted = re.sub(r'"[^"]*"', "", head)
    return max(_DELIMITERS, key=unquoted.count)


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable("row_unreadable", row=str(number + 1)) from None
        number += 1
        if number > MOST_ROWS:
            raise Unreadable("too_many_rows", most=str(MOST_ROWS))
        if any(cells):
            yield number, cells


def _named(columns: list[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, Row]]:
    for number, cells in rows:
        row: dict[str, str] = {}
        for column, cell in zip(columns, cells, strict=False):
            if (text := cell.strip()) and column not in row:
                row[column] = text
        yield number, row
