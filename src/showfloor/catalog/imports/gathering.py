"""Rows of one product, wherever they stand in a file: kept on disk by SQLite, so that memory does
not grow with the file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from showfloor.catalog.imports.types import Place, Row

_TABLES = """
create table line (number integer primary key, key text not null, cells text not null);
create table name (name text primary key, key text not null) without rowid;
create table sku (sku text primary key, row integer not null) without rowid;
"""
# Products in the order in which they first appear.
_GROUPS = """
with placed as (
  select line.number, line.cells, coalesce(name.key, line.key) as key
  from line left join name on name.name = line.key
),
first as (select key, min(number) as number from placed group by key)
select key, placed.number, cells from placed join first using (key)
order by first.number, placed.number
"""


class Gathering:
    """Use as a context manager; the file behind it has no name and goes with it."""

    def __init__(self) -> None:
        # An empty name is a temporary database on disk, in memory as long as it is small.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("begin")

    def __enter__(self) -> Gathering:
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.close()

    def add(self, number: int, place: Place, row: Row) -> None:
        cells = json.dumps(row, ensure_ascii=False)
        self._database.execute("insert into line values (?, ?, ?)", (number, place.key, cells))
        for name in place.names:
            self._database.execute("insert or ignore into name values (?, ?)", (name, place.key))

    def groups(self) -> Iterator[list[tuple[int, Row]]]:
        """Each product's rows."""
        rows: list[tuple[int, Row]] = []
        current: str | None = None
        with closing(self._database.execute(_GROUPS)) as found:
            for key, number, cells in found:
                if key != current and rows:
                    yield rows
                    rows = []
                current = key
                rows.append((number, json.loads(cells)))
        if rows:
            yield rows

    def first_with(self, sku: str, row: int) -> int:
        """The row in which this SKU stood first; this one if it is new."""
        self._database.execute("insert or ignore into sku values (?, ?)", (sku, row))
        found = self._database.execute("select row from sku where sku = ?", (sku,)).fetchone()
        return int(found[0])
