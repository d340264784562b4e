"""What is kept of people, column by column: who erases it, how long it stays and by which law.

Put together from the tables' own marks and `kit/retention.json`, so that it cannot forget a column.
The assessment in docs/privacy/dpia.md carries its fingerprint: who adds a column has to look at the
risks again (GDPR Art. 35(11)).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Table

from showfloor.app.migrate import import_models
from showfloor.kit.db import Base
from showfloor.kit.retention import About, DataClass, data_classes


@dataclass(frozen=True, slots=True)
class Kept:
    """`column` is `*` for the rows of a table of which no column names a person by itself, `eraser`
    then empty. `seconds` is None for what stays until it is erased.
    """

    table: str
    column: str
    eraser: str
    data_class: str
    seconds: int | None
    law: str


def data_map() -> list[Kept]:
    """By table and column. Raises ValueError for a personal column without a class."""
    import_models()
    found = [each for table in Base.metadata.sorted_tables for each in _of_table(table)]
    return sorted(found, key=lambda each: (each.table, each.column))


def fingerprint(entries: Sequence[Kept]) -> str:
    """The same for the same map, in whatever order."""
    lines = sorted(json.dumps(asdict(each), sort_keys=True) for each in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _of_table(table: Table) -> Iterator[Kept]:
    personal = [column for column in table.columns if "personal" in column.info]
    for column in personal:
        which = _class_of(table.name, column.name)
        yield _kept(table.name, column.name, column.info["personal"], which)
    for which in data_classes():
        for rows in which.rows:
            if rows.table == table.name and which.about is not About.NOBODY:
                # What no column says by itself: a digest of a network, a log by ids.
                for name in rows.columns or (() if personal else ("*",)):
                    if name == "*" or "personal" not in table.columns[name].info:
                        yield _kept(table.name, name, "", which)


def _class_of(table: str, column: str) -> DataClass:
    """The class that names the column, or else the one that names the whole table."""
    of_table = [
        (rows, which) for which in data_classes() for rows in which.rows if rows.table == table
    ]
    for rows, which in of_table:
        if column in rows.columns:
            return which
    for rows, which in of_table:
        if not rows.columns:
            return which
    raise ValueError(f"{table}.{column} has no class in kit/retention.json")


def _kept(table: str, column: str, eraser: str, which: DataClass) -> Kept:
    seconds = None if which.kept is None else int(which.kept.total_seconds())
    return Kept(table, column, eraser, which.name, seconds, which.law or "")
