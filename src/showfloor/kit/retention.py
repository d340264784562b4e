"""How long each class of data is kept: one file, which the jobs that delete, the privacy notice and
the tests all read (16 CFR 312.10: a written policy, enforced, published).

A class names its tables, and the column from which the time counts. Where it names columns, the row
stays and they are emptied; otherwise the row goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path


class About(StrEnum):
    """Whom a class of data tells something about."""

    PEOPLE = "people"
    STAFF = "staff"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The rows of one table. `since` is None where nothing but an erasure ends them; without
    `columns` the whole row goes.
    """

    table: str
    since: str | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataClass:
    """`kept` is None for what is kept until somebody asks for its erasure. `lasts` is how long the
    thing itself is good for, before that time begins, where it has an end of its own. `law` is
    where the reason stands (cited from memory: have it read for your markets), None for what is
    about nobody.
    """

    name: str
    kept: timedelta | None
    lasts: timedelta | None
    about: About
    law: str | None
    rows: tuple[KeptRows, ...]


@cache
def data_classes() -> tuple[DataClass, ...]:
    """In the order in which the notice prints them."""
    entries = json.loads((Path(__file__).parent / "retention.json").read_text("utf-8"))
    return tuple(
        DataClass(
            entry["name"],
            None if entry["kept"] is None else timedelta(**entry["kept"]),
            timedelta(**entry["lasts"]) if "lasts" in entry else None,
            About(entry["about"]),
            entry["law"],
            tuple(
                KeptRows(rows["table"], rows.get("since"), tuple(rows.get("columns", ())))
                for rows in entry["rows"]
            ),
        )
        for entry in entries
    )


def kept_for(name: str) -> timedelta:
    """How long a class is kept. Raises KeyError for one that does not stand in the file, or has no
    end.
    """
    found = {each.name: each.kept for each in data_classes()}[name]
    if found is None:
        raise KeyError(name)
    return found


def lasts(name: str) -> timedelta:
    """How long a thing of this class is good for. Raises KeyError where it has no end."""
    found = {each.name: each.lasts for each in data_classes()}[name]
    if found is None:
        raise KeyError(name)
    return found
